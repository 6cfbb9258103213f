"""Whole models as scripts build them, and the gradients of loops: more snippets for `op_seed_snippets.py`.

Each makes something random after its gradients: the seed of that op tells how many ops they took.
"""

__all__ = ["LOOPS", "MODELS"]

# the body of a loop that is differentiated; `a` is the loop's tensor
_BODIES = r"""
a*2
a*a
a*2.
a/2.
a+1.
a-1.
a**2.
-a
1.-a
a/(a+1.)
a/(1.+tf.reduce_mean(a,1,keepdims=True))
a-tf.reduce_sum(a)
a*tf.reduce_sum(a,1,keepdims=True)
a*tf.reduce_mean(a)
a*tf.reduce_max(a,1,keepdims=True)
a*tf.constant([1.,2.,3.,4.])
a+tf.get_variable("q",[4])
a*tf.get_variable("q",[4],use_resource=True)
tf.maximum(a,.5)
tf.maximum(a,.5)-a
tf.minimum(a,a*a)
tf.clip_by_value(a,-1.,1.)
tf.abs(a)
tf.square(a)
tf.sqrt(a)
tf.exp(a)+tf.log(a*a+1.)
tf.squared_difference(a,1.)
tf.nn.relu(a)*tf.sigmoid(a)
tf.tanh(a)
tf.nn.elu(a)
tf.nn.softmax(a)
tf.nn.log_softmax(a)
tf.nn.softmax(tf.matmul(a,tf.ones([4,4])))
tf.nn.l2_normalize(a,1)
tf.nn.dropout(a,.5)
tf.nn.dropout(a,c)
tf.nn.bias_add(a,tf.zeros([4]))
tf.matmul(a,tf.ones([4,4]))
tf.matmul(a,tf.ones([4,4]))+tf.zeros([4])
tf.where(a>0,a,-a)
tf.concat([a[:,1:],a[:,:1]],1)
tf.concat(tf.split(a,2,1)[::-1],1)
tf.stack(tf.unstack(a,4,1),1)
tf.expand_dims(a,1)[:,0]
tf.reshape(tf.reshape(a,[-1,2,2]),[-1,4])
tf.reshape(tf.tile(a,[1,2]),[-1,2,4])[:,0]
tf.transpose(tf.transpose(a))
tf.identity(a)
tf.stop_gradient(a)+a
tf.cond(i<2,lambda:a*2.,lambda:a*a)
tf.layers.dense(a,4,name="q",reuse=tf.AUTO_REUSE)
tf.layers.batch_normalization(a,training=True,name="q",reuse=tf.AUTO_REUSE)
tf.contrib.layers.fully_connected(a,4,scope="q",reuse=tf.AUTO_REUSE)
"""

_LOOP = (
    "tf.gradients(tf.while_loop(lambda i,a:i<3,lambda i,a:(i+1,%s),[tf.constant(0),%s],"
    "shape_invariants=[tf.TensorShape([]),%s.shape])[1],[%s])"
)

# every cell in a loop, trained
_CELLS = r"""
tf.nn.rnn_cell.BasicRNNCell(4)
tf.nn.rnn_cell.BasicLSTMCell(4)
tf.nn.rnn_cell.BasicLSTMCell(4,activation=tf.nn.relu,state_is_tuple=False)
tf.nn.rnn_cell.LSTMCell(4,use_peepholes=True,cell_clip=1.,num_proj=3,proj_clip=1.)
tf.nn.rnn_cell.GRUCell(4)
tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(4) for _ in range(2)])
tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(4),output_keep_prob=.5)
tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(4),.5,.5,.5)
tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),output_keep_prob=c)
tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),.5,.5,.5,variational_recurrent=True,input_size=3,dtype=tf.float32)
tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(4),output_keep_prob=c) for _ in range(2)])
tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(3))
tf.contrib.rnn.LayerNormBasicLSTMCell(4,dropout_keep_prob=.5)
tf.contrib.rnn.LSTMBlockCell(4)
tf.contrib.rnn.GRUBlockCellV2(4)
tf.contrib.rnn.NASCell(4)
tf.contrib.rnn.UGRNNCell(4)
tf.contrib.rnn.AttentionCellWrapper(tf.contrib.rnn.GRUCell(4),2,state_is_tuple=True)
tf.contrib.rnn.OutputProjectionWrapper(tf.contrib.rnn.GRUCell(4),2)
tf.contrib.rnn.InputProjectionWrapper(tf.contrib.rnn.GRUCell(4),2)
tf.contrib.rnn.HighwayWrapper(tf.contrib.rnn.GRUCell(3))
"""

_TRAINED = r"""
o,_=tf.nn.dynamic_rnn(CELL,x,dtype=tf.float32);tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(o[:,-1])))
o,_=tf.nn.dynamic_rnn(CELL,x,l,dtype=tf.float32);tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(o)))
k=CELL;o,_=tf.nn.dynamic_rnn(k,b,initial_state=k.zero_state(8,tf.float32));tf.train.RMSPropOptimizer(.1).minimize(tf.reduce_mean(o[:,-1]))
o,_=tf.nn.static_rnn(CELL,tf.unstack(x,5,1),dtype=tf.float32);tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(o[-1])))
"""

# in one line each; `m` trains a loss with Adam, `g` clips its gradients first
_MODELS = r"""
e=tf.get_variable("e",[9,4]);o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4),tf.nn.embedding_lookup(e,tf.placeholder(tf.int32,[None,5])),dtype=tf.float32);m(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=tf.layers.dense(o,9),labels=tf.placeholder(tf.int32,[None,5]))))
e=tf.get_variable("e",[9,4]);o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4),tf.nn.embedding_lookup(e,tf.placeholder(tf.int32,[8,5])),dtype=tf.float32);w=tf.get_variable("w",[4,9]);z=tf.get_variable("z",[9]);g(tf.contrib.legacy_seq2seq.sequence_loss_by_example([tf.matmul(tf.reshape(o,[-1,4]),w)+z],[tf.placeholder(tf.int32,[40])],[tf.ones([40])]))
e=tf.Variable(tf.random_uniform([9,4],-1.,1.));o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),tf.nn.embedding_lookup(e,tf.placeholder(tf.int32,[None,None])),dtype=tf.float32);m(tf.reduce_mean(tf.reduce_sum(o,1)))
o,_=tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4),tf.nn.rnn_cell.LSTMCell(4),x,l,dtype=tf.float32);m(tf.reduce_mean(tf.layers.dense(tf.concat(o,2),2)))
o,_=tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),tf.nn.rnn_cell.GRUCell(4),x,dtype=tf.float32);g(tf.reduce_mean(tf.nn.dropout(tf.concat(o,2)[:,-1],c)))
o,_,_=tf.nn.static_bidirectional_rnn(tf.nn.rnn_cell.BasicLSTMCell(4),tf.nn.rnn_cell.BasicLSTMCell(4),tf.unstack(x,5,1),dtype=tf.float32);w=tf.Variable(tf.random_normal([8,4]));m(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=tf.matmul(o[-1],w)+tf.Variable(tf.random_normal([4])),labels=y)))
o,_=tf.contrib.legacy_seq2seq.embedding_attention_seq2seq([l]*2,[l]*2,tf.contrib.rnn.GRUCell(4),9,9,3);g(tf.contrib.legacy_seq2seq.sequence_loss(o,[l]*2,[tf.ones([8])]*2))
o,_=tf.contrib.legacy_seq2seq.basic_rnn_seq2seq(tf.unstack(x,5,1),tf.unstack(x,5,1),tf.contrib.rnn.LSTMCell(3));m(sum(tf.reduce_mean(tf.square(i-j)) for i,j in zip(o,tf.unstack(x,5,1))))
o,_=tf.contrib.legacy_seq2seq.rnn_decoder(tf.unstack(b,5,1),tf.zeros([8,4]),tf.contrib.rnn.GRUCell(4));m(tf.add_n([tf.reduce_sum(i) for i in o]))
n=tf.layers.max_pooling1d(tf.layers.conv1d(x,8,3,padding="same",activation=tf.nn.relu),2,2);o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),n,dtype=tf.float32);m(tf.reduce_mean(o[:,-1]))
n=tf.layers.conv2d(tf.expand_dims(x,-1),4,2,activation=tf.nn.relu);n=tf.layers.max_pooling2d(n,2,1);n=tf.layers.flatten(n);n=tf.layers.dropout(tf.layers.dense(n,8,tf.nn.relu),.4,training=True);m(tf.losses.softmax_cross_entropy(y,tf.layers.dense(n,4)))
w=tf.Variable(tf.truncated_normal([2,2,1,4],stddev=.1));n=tf.nn.relu(tf.nn.conv2d(tf.reshape(x,[-1,5,3,1]),w,[1,1,1,1],"SAME")+tf.Variable(tf.constant(.1,shape=[4])));n=tf.nn.max_pool(n,[1,2,2,1],[1,2,2,1],"SAME");n=tf.reshape(n,[-1,24]);w=tf.Variable(tf.truncated_normal([24,4],stddev=.1));n=tf.nn.dropout(tf.matmul(n,w),c);m(tf.reduce_mean(-tf.reduce_sum(y*tf.log(tf.nn.softmax(n)),reduction_indices=[1])))
n=tf.layers.batch_normalization(tf.layers.dense(v,4,kernel_regularizer=tf.contrib.layers.l2_regularizer(.1)),training=True);m(tf.losses.mean_squared_error(y,n)+tf.losses.get_regularization_loss())
n=tf.contrib.layers.fully_connected(v,8);n=tf.contrib.layers.dropout(n,.5);n=tf.contrib.layers.fully_connected(n,4,activation_fn=None);m(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=n,labels=y)))
n=tf.contrib.layers.batch_norm(tf.contrib.layers.fully_connected(v,8,weights_regularizer=tf.contrib.layers.l2_regularizer(.1)),is_training=True);m(tf.reduce_mean(n)+tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)))
n=tf.contrib.layers.flatten(tf.contrib.layers.conv2d(tf.expand_dims(b,-1),4,2));m(tf.losses.softmax_cross_entropy(s,tf.contrib.layers.linear(n,4)))
n=tf.contrib.layers.embed_sequence(tf.placeholder(tf.int32,[None,5]),9,4);o,_=tf.nn.dynamic_rnn(tf.contrib.rnn.BasicLSTMCell(4),n,dtype=tf.float32);m(tf.reduce_mean(tf.contrib.layers.fully_connected(o[:,-1],2,tf.sigmoid)))
n=tf.layers.dense(v,4,name="a");m(tf.reduce_mean(tf.square(n-y)));tf.train.GradientDescentOptimizer(.1).minimize(tf.reduce_mean(tf.abs(n-y)));tf.layers.dense(v,4,name="b")
w=tf.Variable(tf.random_normal([6,4]));n=tf.matmul(v,w);i=tf.train.get_or_create_global_step();r=tf.train.exponential_decay(.1,i,100,.9,staircase=True);tf.train.MomentumOptimizer(r,.9).minimize(tf.nn.l2_loss(n-y),global_step=i);tf.Variable(tf.random_normal([2]))
w=tf.Variable(tf.random_normal([6,4]));m(tf.reduce_mean(tf.square(tf.matmul(v,w)-y)));a=tf.train.ExponentialMovingAverage(.99);a.apply([w]);tf.train.Saver(a.variables_to_restore());tf.Variable(tf.random_normal([2]))
w=tf.Variable(tf.random_normal([6,4]));n=tf.reduce_mean(tf.square(tf.matmul(v,w)-y));tf.summary.scalar("n",n);tf.summary.histogram("w",w);tf.summary.merge_all();m(n);tf.train.Saver();tf.global_variables_initializer();tf.Variable(tf.random_normal([2]));tf.train.Saver(max_to_keep=2)
w=tf.Variable(tf.random_normal([6,4]));n=tf.nn.softmax(tf.matmul(v,w));m(-tf.reduce_sum(y*tf.log(tf.clip_by_value(n,1e-10,1.))));tf.reduce_mean(tf.cast(tf.equal(tf.argmax(n,1),tf.argmax(y,1)),tf.float32))
w=tf.get_variable("w",[6,4],initializer=tf.contrib.layers.xavier_initializer());n=tf.nn.sigmoid(tf.matmul(v,w));m(tf.reduce_mean(-y*tf.log(n)-(1-y)*tf.log(1-n)));tf.nn.dropout(v,.5)
n=tf.cond(tf.placeholder(tf.bool),lambda:tf.nn.dropout(y,.5),lambda:y);m(tf.reduce_mean(tf.layers.dense(n,4)))
n=tf.layers.dense(v,4);n=tf.cond(tf.placeholder(tf.bool),lambda:tf.nn.dropout(n,.5),lambda:n);m(tf.reduce_mean(n))
n=tf.layers.dense(v,4);n=tf.layers.dropout(n,.5,training=tf.placeholder(tf.bool));m(tf.reduce_mean(n))
n=tf.layers.dense(v,4);n=tf.layers.batch_normalization(n,training=tf.placeholder(tf.bool));m(tf.reduce_mean(n))
n=tf.layers.dense(v,4);n=tf.while_loop(lambda i,q:i<3,lambda i,q:(i+1,tf.layers.dense(q,4,name="q",reuse=tf.AUTO_REUSE)),[0,n])[1];m(tf.reduce_mean(n))
n=tf.layers.dense(v,4);n=tf.map_fn(lambda q:tf.nn.softmax(q*2.),n);m(tf.reduce_mean(n))
n=tf.layers.dense(x,4);n=tf.scan(lambda q,i:q+i,tf.transpose(n,[1,0,2]));m(tf.reduce_mean(n[-1]))
w=tf.get_variable("w",[3,4]);z=tf.get_variable("z",[4,4]);n=tf.scan(lambda q,i:tf.tanh(tf.matmul(q,z)+tf.matmul(i,w)),tf.transpose(b,[1,0,2]),initializer=tf.zeros([8,4]));m(tf.reduce_mean(tf.square(n[-1]-s)))
n=tf.layers.dense(v,4);a=tf.nn.softmax(tf.reduce_sum(tf.tanh(n),1,keepdims=True),0);m(tf.reduce_mean(a*n))
o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),x,dtype=tf.float32);a=tf.nn.softmax(tf.tensordot(tf.tanh(tf.tensordot(o,tf.get_variable("w",[4,6]),1)),tf.get_variable("z",[6]),1));m(tf.reduce_mean(tf.layers.dense(tf.reduce_sum(o*tf.expand_dims(a,-1),1),2)))
o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),x,dtype=tf.float32);a=tf.nn.softmax(tf.matmul(o,o,transpose_b=True));m(tf.reduce_mean(tf.matmul(a,o)))
o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),x,dtype=tf.float32);n=tf.gather(tf.reshape(o,[-1,4]),tf.range(tf.shape(x)[0])*5+(l-1));m(tf.reduce_mean(n))
o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4),x,dtype=tf.float32);n=tf.gather(tf.transpose(o,[1,0,2]),4);m(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=n,labels=y)))
o,(q,_)=tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(4) for _ in range(2)]),x,l,dtype=tf.float32);i=tf.sequence_mask(l,5,tf.float32);n=tf.reduce_sum(tf.square(o),2)*i;m(tf.reduce_sum(n)/tf.reduce_sum(i))
with tf.variable_scope("a"): o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4),x,dtype=tf.float32);m(tf.reduce_mean(o))\nwith tf.variable_scope("d"): o,_=tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4),x,dtype=tf.float32);m(tf.reduce_mean(o))
with tf.variable_scope("a"): n=tf.layers.dense(tf.layers.dense(tf.random_normal([8,3]),4,tf.nn.relu),6)\nwith tf.variable_scope("d"): i=tf.layers.dense(tf.nn.leaky_relu(tf.layers.dense(v,4,name="q")),1,name="r")\nwith tf.variable_scope("d",reuse=True): j=tf.layers.dense(tf.nn.leaky_relu(tf.layers.dense(n,4,name="q")),1,name="r")\nh=lambda p,q:tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=p,labels=q));t=tf.trainable_variables();m(h(i,tf.ones_like(i))+h(j,tf.zeros_like(j)),[q for q in t if q.name[0]=="d"]);m(h(j,tf.ones_like(j)),[q for q in t if q.name[0]=="a"])
with tf.variable_scope("q"): n=tf.layers.dense(v,4,tf.nn.relu)\nwith tf.variable_scope("t"): i=tf.layers.dense(v,4,tf.nn.relu)\n[tf.assign(p,q) for p,q in zip(tf.global_variables()[2:],tf.global_variables()[:2])];n=tf.reduce_sum(n*tf.one_hot(l,4),1);m(tf.reduce_mean(tf.squared_difference(c+.9*tf.reduce_max(i,1),n)))
z=tf.layers.dense(v,4);q=tf.layers.dense(v,4);n=z+tf.exp(q/2)*tf.random_normal(tf.shape(z));m(tf.reduce_mean(tf.square(tf.layers.dense(n,6)-v))-.5*tf.reduce_mean(tf.reduce_sum(1+q-tf.square(z)-tf.exp(q),1)))
with tf.device("/cpu:0"): e=tf.Variable(tf.random_uniform([9,4],-1,1));n=tf.nn.embedding_lookup(e,l)\nw=tf.Variable(tf.truncated_normal([9,4]));tf.train.GradientDescentOptimizer(1.).minimize(tf.reduce_mean(tf.nn.nce_loss(weights=w,biases=tf.Variable(tf.zeros([9])),labels=tf.placeholder(tf.int32,[8,1]),inputs=tf.nn.embedding_lookup(e,tf.placeholder(tf.int32,[8])),num_sampled=3,num_classes=9)));tf.sqrt(tf.reduce_sum(tf.square(e),1,keep_dims=True))
n=tf.layers.dense(v,4);i=tf.train.AdamOptimizer();j=i.compute_gradients(tf.reduce_mean(tf.square(n-y)));i.apply_gradients([(tf.clip_by_value(p,-1.,1.),q) for p,q in j])
n=tf.layers.dense(v,4);i=tf.train.AdamOptimizer();j=i.compute_gradients(tf.reduce_mean(tf.square(n-y)));i.apply_gradients([(tf.clip_by_norm(p,1.),q) for p,q in j])
n=tf.layers.dense(v,4);t=tf.trainable_variables();p=tf.gradients(tf.reduce_mean(tf.square(n-y)),t);[tf.summary.histogram("a",q) for q in p];tf.train.AdagradOptimizer(.1).apply_gradients(zip(p,t))
_,q=tf.TFRecordReader().read(tf.train.string_input_producer(["a"]));q=tf.parse_single_example(q,features={"a":tf.FixedLenFeature([6],tf.float32),"b":tf.FixedLenFeature([],tf.int64)});n,_=tf.train.shuffle_batch([q["a"],q["b"]],3,9,3);m(tf.reduce_mean(tf.layers.dense(n,4)))
q=tf.parse_example(tf.placeholder(tf.string,[None]),{"a":tf.VarLenFeature(tf.float32),"b":tf.FixedLenFeature([2],tf.float32),"c":tf.FixedLenFeature([],tf.string,"")});m(tf.reduce_mean(tf.layers.dense(q["b"],4)))
_,q=tf.parse_single_sequence_example("a",{"a":tf.FixedLenFeature([],tf.int64)},{"b":tf.FixedLenSequenceFeature([3],tf.float32),"c":tf.VarLenFeature(tf.int64)});m(tf.reduce_mean(tf.layers.dense(q["b"],4)))
n=tf.contrib.layers.optimize_loss(tf.reduce_mean(tf.layers.dense(v,4)),tf.train.get_or_create_global_step(),.1,"Adam")
"""

_EVERY_WAY = """
tf.nn.rnn_cell.BasicLSTMCell(4)
tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(4),.5,.5,.5)
tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),output_keep_prob=c)
"""

_SHORTHAND = r"""
def m(loss,var_list=None): tf.train.AdamOptimizer(.01).minimize(loss,var_list=var_list)
def g(loss): t=tf.trainable_variables();p,_=tf.clip_by_global_norm(tf.gradients(loss,t),5.);tf.train.AdamOptimizer(.01).apply_gradients(zip(p,t))
"""


def _lines(text):
    return [line.replace("\\n", "\n") for line in text.splitlines() if line]


MODELS = [_SHORTHAND.strip() + "\n" + line for line in _lines(_MODELS)]
LOOPS = [_LOOP % (body, v, v, v) for body in _lines(_BODIES) for v in "ys"] + [
    trained.replace("CELL", cell)
    for cell in _lines(_CELLS)
    for trained in _lines(_TRAINED)[: 4 if cell in _lines(_EVERY_WAY) else 1]
]

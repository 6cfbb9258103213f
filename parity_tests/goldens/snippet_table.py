"""Tables of snippets, in which functions enter themselves."""

import collections


class Snippets(collections.OrderedDict):
    """name -> function of the `tensorflow` module."""

    def enter(self, function):
        """Enter it under its own name."""
        self[function.__name__] = function
        return function

    def family(self, table):
        """One snippet per row of the table: the function gets the row's value."""

        def enter(function):
            for name, value in table.items():
                self[function.__name__ + "/" + name] = lambda tf, value=value: function(tf, value)
            return function

        return enter

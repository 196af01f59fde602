"""The code behind the course. Open `layers.py` first: it reads like the lesson.

Then go on in the order of the lessons:

    data, layers, models     from a list of names to the tree, each a page long
    training, sampling       one loop, and letting the model write
    shapes                   what happens to a tensor on its way through a model
    torch_nn                 the same tree in torch.nn's modules
    convolution, wavenet     the tree at every character at once, and a stack that goes deep
    attention                a small transformer
    ladder/                  how fast and how low the tree trains, one idea a file

`capstone/` is your own tree, from a word list to a report. `plots`, `diagrams` and `style` draw, `weights` keeps a
trained tree, `progress` and `predictions` keep your way through the lessons, and `widgets/` is what you look at and
move. `checks/` and `course/` are machinery; the lessons need none of it.
"""

__version__ = "0.5.0"

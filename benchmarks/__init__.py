"""What the course claims about speed and loss, as commands: `python3 course.py bench`.

Each module measures one claim: its first line says which, and its `measure(setting)` returns lines of the table.
Times are CPU seconds of one thread; what is compared is measured in turns, side by side, and medians are given.
"""

"""What runs in the limited process that executes a submitted answer. It gets this folder, the probes, and no more.

    confine.py   takes away, for good, all that an answer does not need
    wire.py      carries plain data and tensors over a pipe; the parent reads with it too
    main.py      runs one exercise's answer and its probes

These files import the standard library, torch and each other: lessonlib itself is out of reach in the child.
"""

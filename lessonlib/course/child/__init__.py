"""What runs in the limited processes that execute submitted answers. They get this folder, the probes, and no more.

    main.py      waits with torch imported, and forks a process for each answer
    confine.py   takes away, for good, all that an answer does not need
    calls.py     the system calls among it
    answer.py    runs one answer and its probes
    wire.py      carries plain data and tensors over a pipe; the parent reads with it too

These files import the standard library, torch, the probes and each other: lessonlib is out of reach there.
"""

"""The code behind the course: open `layers.py` first; it reads like the lesson."""

__version__ = "0.2.0"

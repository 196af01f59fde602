"""The rooms for whoever teaches a class: what the grader found, taken to where a school keeps it.

This file uses the standard library alone: `course.py` looks here for commands before anything is installed.
"""

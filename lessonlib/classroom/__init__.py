"""The course for a class: what `course.py class FOLDER` makes, what grades there, where grades go from there.

    make            the command; it runs in the course's own environment
      place         which file of a class lies where, and who may read it
      made          files that are written again and again, and never over somebody's changes
      environment   FOLDER/env, with lessonlib as a wheel
      students      the students' repository
      assignments   the class folder for nbgrader
    __main__        FOLDER/teach, the instructor's way in; it runs in FOLDER/env, as all below
      teaching      its commands
      due           when an assignment is due, as an instructor writes it
      guard         nothing is graded where nbgrader would run answers itself
      collecting    takes only what its owner has submitted, at the time that the file system tells
      plugin        our steps of nbgrader's autograde
      rebuilding    the course's notebook with a student's answers in it
      booking       points and words from our sandbox, by way of the journal
    grades          from the tables of `grade` to Canvas, Moodle and a page about a class
    package         an exercise for Gradescope, or for a code host's classroom
    hub             JupyterHub, for a trial and for a class

It stands above `course`. Only what runs in FOLDER/env imports nbgrader. This file uses the standard library alone:
`course.py` looks here for commands before anything is installed.
"""

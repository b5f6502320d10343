// Predict: hides what comes, and asks which lane moves next where a call suspends, offloads or ends.

/** Whether it can be asked at a step what comes: the lane goes free, or another lane acts next. */
function hasQuestion({ steps }, number) {
  const [step, next] = [steps[number], steps[number + 1]];
  return next !== undefined && (!step.busy || next.lane !== step.lane);
}

class Predict {
  constructor(replay, recording) {
    this.replay = replay;
    this.recording = recording;
    this.on = false;
    byId("answers").append(...recording.lanes.map((lane, number) => this.answer(lane, number)));
  }

  answer(lane, number) {
    const button = htmlElement("button", { type: "button" }, badge(lane), ` ${lane.name}`);
    button.addEventListener("click", () => this.take(number));
    return button;
  }

  switch() {
    this.on = !this.on;
    byId("predict").setAttribute("aria-pressed", this.on);
    this.replay.chart.hidesWhatComes = this.on;
    this.replay.pause();
    this.replay.show(this.replay.number);
  }

  get isAsking() {
    return !byId("question").hidden;
  }

  /** Ask before the next step is shown; tell whether there was something to ask. */
  ask(number) {
    if (!this.on || !hasQuestion(this.recording, number)) return false;
    byId("question").hidden = false;
    byId("answers").firstChild.focus();
    return true;
  }

  close() {
    byId("question").hidden = true;
  }

  /** Take an answer: show the next step, and say before it whether it was that lane's. */
  take(lane) {
    const number = this.replay.number + 1;
    this.replay.go(number);
    this.replay.tell(this.recording.steps[number].lane === lane ? "Yes. " : "No. ");
    byId("forward").focus();
  }
}

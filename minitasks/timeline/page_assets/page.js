// The page: one number, the current step, and every way to change it.

class Replay {
  constructor(recording) {
    this.recording = recording;
    // What comes before the request is start-up: it is there, to the left.
    this.number = Math.max(0, recording.steps.findIndex((step) => step.time >= 0));
    this.last = recording.steps.length - 1;
    this.timer = null; // while it plays
    this.chart = new Chart(byId("drawing"), recording);
    this.parts = [
      this.chart,
      new SourcePanel(byId("source-name"), byId("lines"), recording),
      new VariablesPanel(
        byId("variables-name"),
        byId("variables"),
        byId("no-variables"),
        recording,
      ),
      new StackPanel(byId("stack-name"), byId("stack"), recording, (number) => this.go(number)),
      new LanesPanel(
        byId("lane-list"),
        recording,
        (number) => this.go(number),
        (lane, isHidden) => this.hideLane(lane, isHidden),
      ),
    ];
    this.predict = new Predict(this, recording);
    this.skipsLibrary = false;
    byId("skip-library").hidden = !recording.steps.some((step) => isInLibrary(recording, step));
    const names = recording.lanes.map((lane) => lane.name).join(", ");
    byId("drawing").setAttribute("aria-label", `Chart of ${names}`);
    byId("slider").max = recording.steps.length;
    this.chart.openAt(this.number);
  }

  /** Go to a step. Whoever asks for one that is not there stays where they are. */
  go(number) {
    if (this.recording.steps[number] === undefined) return;
    this.show(number);
    this.keepAddress();
  }

  show(number) {
    this.number = number;
    this.predict.close();
    for (const part of this.parts) part.show(number);
    this.tell();
  }

  /** Say in words and numbers which step this is; before it, whether it was predicted. */
  tell(prediction = "") {
    const step = this.recording.steps[this.number];
    const lane = this.recording.lanes[step.lane];
    const words = stepInWords(this.recording, this.number);
    const position = `${this.number + 1} of ${this.last + 1}`;
    const text = `${prediction}${words[0].toUpperCase()}${words.slice(1)}.`;
    const sentence = htmlElement("span", {}, text);
    byId("words").replaceChildren(badge(lane), sentence);
    byId("moment").textContent = `${timeInWords(step.time)}, task ${step.task}`;
    byId("position").textContent = position;
    byId("slider").value = this.number + 1;
    byId("slider").setAttribute("aria-valuetext", `Step ${position}`);
    byId("next-in-lane").setAttribute("aria-label", `Next in this lane, ${lane.name}`);
  }

  /** Take a lane out of the chart, or bring it back. */
  hideLane(lane, isHidden) {
    this.chart.hideLane(lane, isHidden);
    this.chart.show(this.number);
  }

  /** Go to the next step that has a text in its words or its line of source. */
  find(text) {
    const found = text && findStep(this.recording, text, this.number);
    byId("find").setAttribute("aria-invalid", String(found === undefined));
    if (Number.isInteger(found)) this.go(found);
  }

  // -- the address

  /**
   * Keep the step in the page's address, so that it can be linked to. Not at once: browsers refuse
   * a page that changes its address more than some three times a second.
   */
  keepAddress() {
    clearTimeout(this.addressTimer);
    const address = `#step=${this.number + 1}`;
    this.addressTimer = setTimeout(() => history.replaceState(null, "", address), 500);
  }

  /** Show the step that the address names; without one, the step that is shown. */
  followAddress() {
    const asked = Number(new URLSearchParams(location.hash.slice(1)).get("step"));
    const number = Number.isInteger(asked) && asked > 0 ? asked - 1 : this.number;
    this.show(Math.min(number, this.last));
  }

  // -- moves

  forward() {
    if (this.predict.ask(this.number)) this.pause();
    else this.go(this.beside(1));
  }

  back() {
    this.go(this.beside(-1));
  }

  /** The number of the next step in a direction; over the library's, where they are skipped. */
  beside(direction) {
    const { steps } = this.recording;
    let number = this.number + direction;
    while (this.skipsLibrary && steps[number] && isInLibrary(this.recording, steps[number])) {
      number += direction;
    }
    return number;
  }

  skipLibrary() {
    this.skipsLibrary = !this.skipsLibrary;
    byId("skip-library").setAttribute("aria-pressed", this.skipsLibrary);
  }

  nextInLane() {
    this.go(nextInLane(this.recording, this.lane, this.number));
  }

  previousInLane() {
    this.go(previousInLane(this.recording, this.lane, this.number));
  }

  get lane() {
    return this.recording.steps[this.number].lane;
  }

  // -- playing

  playOrPause() {
    if (this.timer === null) this.play();
    else this.pause();
  }

  play() {
    if (this.number === this.last) this.go(0);
    this.timer = setInterval(() => this.playOn(), 1000 / Number(byId("speed").value));
    this.tellPlaying(true);
  }

  playOn() {
    this.forward();
    if (this.beside(1) > this.last) this.pause();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.tellPlaying(false);
  }

  /** A screen reader can't keep up with several steps a second: it hears only the last. */
  tellPlaying(playing) {
    document.body.classList.toggle("playing", playing);
    byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    byId("words").setAttribute("aria-live", playing ? "off" : "polite");
    this.tell();
  }
}

function byId(id) {
  return document.getElementById(id);
}

// -- keys ----------------------------------------------------------------------------------------

const KEYS = {
  Home: (replay) => replay.go(0),
  ArrowLeft: (replay) => replay.back(),
  ArrowRight: (replay) => replay.forward(),
  End: (replay) => replay.go(replay.last),
  "Shift+ArrowLeft": (replay) => replay.previousInLane(),
  "Shift+ArrowRight": (replay) => replay.nextInLane(),
  " ": (replay) => replay.playOrPause(),
};

function onKey(replay, event) {
  const answer = replay.predict.isAsking && byId("answers").children[Number(event.key) - 1];
  if (answer) answer.click();
  const move = KEYS[(event.shiftKey ? "Shift+" : "") + event.key];
  if (!move || belongsElsewhere(event)) return;
  event.preventDefault();
  move(replay);
}

/**
 * Keys that are not ours: the browser's shortcuts, those of the control that has the focus, those
 * that scroll the source where it has the focus, and those that select text.
 */
function belongsElsewhere(event) {
  const shortcut = event.ctrlKey || event.altKey || event.metaKey;
  const control = event.target.closest("input, select, #lines");
  const press = event.key === " " && event.target.closest("button, summary");
  const selects = event.shiftKey && !getSelection().isCollapsed;
  return shortcut || control || press || selects;
}

// -- pointer and controls ------------------------------------------------------------------------

/** Click a bar to go there, drag to go along, rest on it to see its name. */
function listenToChart(replay, chart) {
  const at = (event) => {
    const { left, top } = chart.svg.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  chart.svg.addEventListener("click", (event) => replay.go(chart.stepAt(...at(event))));
  chart.svg.addEventListener("pointermove", (event) => {
    const [x, y] = at(event);
    if (event.buttons === 1) replay.go(chart.nearest(x));
    const bar = chart.barAt(x, y);
    chart.tip.textContent = bar ? callInWords(replay.recording, bar) : "";
  });
}

/** Where the window, or what is above the source, changes its size: draw anew, keep in view. */
function listenToSizes(replay) {
  const sizes = new ResizeObserver(() => {
    replay.chart.draw();
    for (const part of replay.parts) part.show(replay.number);
  });
  sizes.observe(byId("drawing-frame"));
  sizes.observe(byId("lines-frame"));
}

function listenToControls(replay) {
  const answers = {
    first: () => replay.go(0),
    back: () => replay.back(),
    play: () => replay.playOrPause(),
    forward: () => replay.forward(),
    last: () => replay.go(replay.last),
    "next-in-lane": () => replay.nextInLane(),
    predict: () => replay.predict.switch(),
    "skip-library": () => replay.skipLibrary(),
    "zoom-in": () => replay.chart.zoomBy(2, replay.number),
    "zoom-out": () => replay.chart.zoomBy(0.5, replay.number),
  };
  for (const [id, answer] of Object.entries(answers)) byId(id).addEventListener("click", answer);
  byId("slider").addEventListener("input", (event) => replay.go(event.target.valueAsNumber - 1));
  byId("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") replay.find(event.target.value);
  });
  // Who clicks into the source still wants to step; who goes there by key wants to scroll it.
  byId("lines").addEventListener("click", () => byId("lines").blur());
  byId("speed").addEventListener("change", () => {
    if (replay.timer === null) return;
    replay.pause();
    replay.play();
  });
}

// -- the start -----------------------------------------------------------------------------------

/** Say that the recording is not whole, or that there is none. */
function tellDropped({ steps, dropped }) {
  byId("dropped").hidden = dropped === 0 && steps.length > 0;
  byId("dropped").textContent =
    steps.length === 0
      ? "Nothing was recorded."
      : `The recording stopped after ${steps.length} steps; ${dropped} more happened.`;
}

function start() {
  // The page around an embedded one has said what it shows, and has little room for it.
  document.body.classList.toggle("embedded", window.parent !== window);
  const recording = readRecording(byId("recording").textContent);
  tellDropped(recording);
  if (recording.steps.length === 0) return;
  byId("replay").hidden = false;
  const replay = new Replay(recording);
  replay.followAddress();
  listenToChart(replay, replay.chart);
  listenToControls(replay);
  listenToSizes(replay);
  document.addEventListener("keydown", (event) => onKey(replay, event));
  window.addEventListener("hashchange", () => replay.followAddress());
}

start();

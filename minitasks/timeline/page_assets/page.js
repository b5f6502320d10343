// The page: one number, the current step, and every way to change it.

const element = (id) => document.getElementById(id);

class Replay {
  constructor(recording) {
    this.recording = recording;
    this.count = recording.steps.length;
    this.number = 0;
    this.timer = null;      // while it plays
    this.chart = new Chart(element("drawing"), recording);
    this.panels = [
      new SourcePanel(element("source-name"), element("lines"), recording),
      new VariablesPanel(element("variables-name"), element("variables"), element("no-variables"), recording),
      new PlacesPanel(element("places"), recording, (number) => this.go(number)),
    ];
    element("slider").max = this.count;
    element("drawing").setAttribute("aria-label",
      `${recording.lanes.length} lanes: ${recording.lanes.map((lane) => lane.name).join(", ")}`);
  }

  /** Go to a step, counted from 0. Whoever asks for a step that is not there stays where they are. */
  go(number) {
    if (number === undefined || number < 0 || number >= this.count) return;
    this.number = number;
    this.chart.show(number);
    for (const panel of this.panels) panel.show(number);
    this.tell();
    this.keepAddress();
  }

  tell() {
    const step = this.recording.steps[this.number];
    const lane = this.recording.lanes[step.lane];
    const words = stepInWords(this.recording, this.number);
    element("words").replaceChildren(badge(lane, step.lane), words[0].toUpperCase() + words.slice(1), ".");
    element("position").textContent = `${this.number + 1} of ${this.count}, at ${timeInWords(step.time)}`;
    element("slider").value = this.number + 1;
    element("slider").setAttribute("aria-valuetext", `step ${this.number + 1} of ${this.count}`);
    element("lane-forward").setAttribute("aria-label", `Next event of this lane, ${lane.name}`);
  }

  /** Keep the step in the page's address, so that it can be linked to. Not at once: browsers refuse a page that
   *  changes its address too often. */
  keepAddress() {
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => history.replaceState(null, "", `#step=${this.number + 1}`), 300);
  }

  /** Go to the step that the address asks for. */
  followAddress() {
    const asked = Number(new URLSearchParams(location.hash.slice(1)).get("step"));
    this.go(Number.isInteger(asked) && asked >= 1 ? Math.min(asked, this.count) - 1 : this.number);
  }

  back() { this.go(this.number - 1); }
  forward() { this.go(this.number + 1); }
  first() { this.go(0); }
  last() { this.go(this.count - 1); }
  laneForward() { this.go(nextInLane(this.recording, this.lane(), this.number)); }
  laneBack() { this.go(previousInLane(this.recording, this.lane(), this.number)); }
  lane() { return this.recording.steps[this.number].lane; }

  playOrPause() {
    if (this.timer !== null) this.pause();
    else this.play();
  }

  play() {
    if (this.number === this.count - 1) this.first();
    this.timer = setInterval(() => this.playOn(), 1000 / Number(element("speed").value));
    this.tellPlaying(true);
  }

  playOn() {
    this.forward();
    if (this.number === this.count - 1) this.pause();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.tellPlaying(false);
  }

  /** A screen reader can't keep up with a step every few moments: it hears the one where playing ends. */
  tellPlaying(playing) {
    document.body.classList.toggle("playing", playing);
    element("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    element("words").setAttribute("aria-live", playing ? "off" : "polite");
    if (!playing) this.tell();
  }
}

const KEYS = {
  "ArrowLeft": (replay) => replay.back(),
  "ArrowRight": (replay) => replay.forward(),
  "Shift+ArrowLeft": (replay) => replay.laneBack(),
  "Shift+ArrowRight": (replay) => replay.laneForward(),
  "Home": (replay) => replay.first(),
  "End": (replay) => replay.last(),
  " ": (replay) => replay.playOrPause(),
};

/** Answer a key, unless it belongs to someone else: to the browser, to a control that has the focus, to a panel
 *  that scrolls, or to text that is being selected. */
function onKey(replay, event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest("input, select, #lines")) return;
  if (event.key === " " && event.target.closest("button")) return;
  if (event.shiftKey && !getSelection().isCollapsed) return;
  const answer = KEYS[(event.shiftKey ? "Shift+" : "") + event.key];
  if (!answer) return;
  event.preventDefault();
  answer(replay);
}

/** Click a bar to go there; drag to go along. */
function listenToChart(replay) {
  const { chart } = replay;
  const svg = chart.svg;
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  svg.addEventListener("pointerdown", (event) => replay.go(chart.stepAt(...point(event))));
  svg.addEventListener("pointermove", (event) => {
    if (event.buttons === 1) replay.go(chart.stepAt(...point(event)));
    const bar = chart.barAt(...point(event));
    chart.tip.textContent = bar ? replay.recording.steps[bar.first].name : "";
  });
  new ResizeObserver(() => {
    chart.draw();
    chart.show(replay.number);
  }).observe(svg.parentElement);
}

function listenToControls(replay) {
  const buttons = {
    "first": () => replay.first(),
    "back": () => replay.back(),
    "play": () => replay.playOrPause(),
    "forward": () => replay.forward(),
    "last": () => replay.last(),
    "lane-forward": () => replay.laneForward(),
    "zoom-in": () => zoom(replay, 2),
    "zoom-out": () => zoom(replay, 0.5),
  };
  for (const [id, answer] of Object.entries(buttons)) element(id).addEventListener("click", answer);
  element("slider").addEventListener("input", (event) => replay.go(event.target.valueAsNumber - 1));
  element("speed").addEventListener("change", () => {
    if (replay.timer !== null) {
      replay.pause();
      replay.play();
    }
  });
}

function zoom(replay, factor) {
  replay.chart.zoomBy(factor, replay.number);
  replay.chart.show(replay.number);
}

/** Say that the recording is not whole, or that there is none. */
function tellCut(recording) {
  const note = element("cut");
  note.hidden = recording.dropped === 0 && recording.steps.length > 0;
  note.textContent = recording.steps.length === 0
    ? "Nothing was recorded."
    : `Recording stopped here after ${recording.steps.length} steps; ${recording.dropped} more were not kept.`;
}

function start() {
  const recording = readRecording(element("recording").textContent);
  tellCut(recording);
  if (recording.steps.length === 0) return;
  element("replay").hidden = false;
  const replay = new Replay(recording);
  replay.chart.draw();
  listenToChart(replay);
  listenToControls(replay);
  document.addEventListener("keydown", (event) => onKey(replay, event));
  window.addEventListener("hashchange", () => replay.followAddress());
  replay.followAddress();
}

start();

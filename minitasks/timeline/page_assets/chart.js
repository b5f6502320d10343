// The chart: lanes from top to bottom, time from left to right, and a playhead.
//
// Each lane is a handful of SVG paths, however many bars it has: with an element for each bar, a
// page of 20,000 steps would open slowly. So the browser can't tell which bar was clicked; `barAt`
// works it out from the coordinates.
//
// Time is drawn to scale while something runs; a long pause is cut, and marked as cut. A place on
// the axis is between 0, the start of the run, and 1, its end; page_data.py computes it.

const SVG = "http://www.w3.org/2000/svg";
// The colour of each kind of lane: as in the terminal.
const COLOUR_OF = { "event loop": 0, thread: 1, "worker thread": 2, client: 3 };
const ROW = 18; // pixels from one row of bars to the next
const BAR = 14; // the height of a bar
const HEADING = 24; // the height of a lane's name
const GAP = 6; // between two lanes
const EDGE = 8; // room at both sides, for what is drawn at the very first and the very last step
const NARROWEST = 1.5; // the width of a bar that would else be too narrow to see
const LETTER = 6.7; // the width of a letter, about
const TICK = 80; // pixels from one time on the clock to the next, at least

// A lane's badge: the shape tells what kind of thread it is, the letter or number in it which one.
const SHAPES = {
  "event loop": "M10 1a9 9 0 1 0 .01 0z",
  "worker thread": "M2 2h16v16h-16z",
  client: "M10 0l10 10-10 10-10-10z",
  thread: "M5 1h10l5 9-5 9h-10l-5-9z",
};

function svgElement(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** The CSS class that gives a lane its colour. */
function colourOf({ kind }) {
  return `lane-${COLOUR_OF[kind]}`;
}

/** A lane's badge: filled where it runs, hollow where a call is suspended. */
function badge(lane, style = "filled") {
  const attributes = { class: `badge ${style} ${colourOf(lane)}`, "data-lane": lane.badge };
  return svgElement(
    "svg",
    { ...attributes, viewBox: "0 0 20 20", "aria-hidden": "true" },
    svgElement("path", { d: SHAPES[lane.kind] }),
    svgElement("text", { x: 10, y: 14 }, lane.badge),
  );
}

class Chart {
  constructor(svg, recording) {
    this.svg = svg;
    this.recording = recording;
    this.zoom = 1; // how many times wider than the page the whole run is
    this.start = 0; // the place at the left edge
    this.hidesWhatComes = false;
    this.hidden = new Set(); // lanes
    this.marksOf = recording.ofLane.map((numbers) =>
      numbers.filter((number) => recording.steps[number].kind === "mark"),
    );
    this.barsOf = recording.lanes.map((_, lane) =>
      recording.bars.filter((bar) => bar.lane === lane),
    );
    this.layOut();
  }

  /** Give each lane its top: its name, a row for its marks if it has any, and its rows of bars. */
  layOut() {
    let y = 0;
    this.topOf = this.recording.lanes.map((_, lane) => {
      const top = y;
      if (this.hidden.has(lane)) return top;
      const rows = this.barsOf[lane].reduce((most, bar) => Math.max(most, bar.row + 1), 0);
      y = this.rowTop(top, lane, rows) + GAP;
      return top;
    });
    this.cutsTop = y;
    if (this.recording.cuts.length > 0) y += ROW;
    this.height = y + ROW; // the last row is the clock's
  }

  rowTop(laneTop, lane, row) {
    return laneTop + HEADING + (this.marksOf[lane].length > 0 ? ROW : 0) + row * ROW;
  }

  /** From a place on the axis to pixels. */
  x(place) {
    return EDGE + (place - this.start) * this.zoom * (this.width - 2 * EDGE);
  }

  /** Where a bar is, in pixels. */
  box(bar) {
    const left = this.x(bar.left);
    const right = Math.max(left + NARROWEST, this.x(bar.right));
    return { left, right, top: this.rowTop(this.topOf[bar.lane], bar.lane, bar.row) };
  }

  // -- drawing, whenever the width or the zoom changes

  draw() {
    this.width = Math.max(100, this.svg.clientWidth);
    this.svg.setAttribute("height", this.height);
    this.current = svgElement("rect", { class: "current", height: BAR + 2, rx: 3 });
    this.curtain = svgElement("rect", { class: "curtain", height: this.height });
    this.playhead = svgElement("path", { class: "playhead", d: `M0 0v${this.height}` });
    this.tip = svgElement("title");
    this.svg.replaceChildren(
      ...this.shownLanes().map((number) => this.drawLane(number)),
      ...this.drawCuts(),
      ...this.drawClock(),
      this.curtain,
      ...this.shownLanes().map((number) => this.drawName(this.recording.lanes[number], number)),
      this.current,
      this.playhead,
      this.tip,
    );
  }

  shownLanes() {
    return [...this.recording.lanes.keys()].filter((number) => !this.hidden.has(number));
  }

  hideLane(lane, isHidden) {
    if (isHidden) this.hidden.add(lane);
    else this.hidden.delete(lane);
    this.layOut();
    this.draw();
  }

  drawLane(number) {
    const lane = this.recording.lanes[number];
    return svgElement(
      "g",
      { class: `lane ${colourOf(lane)}`, "data-name": lane.name },
      svgElement("path", { class: "ground", d: `M0 ${this.topOf[number]}h${this.width}` }),
      ...this.drawBars(number),
      ...this.drawMarks(number),
    );
  }

  drawName(lane, number) {
    const top = this.topOf[number];
    const sign = badge(lane);
    for (const [key, value] of Object.entries({ y: top + 4, width: 16, height: 16 })) {
      sign.setAttribute(key, value);
    }
    const name = svgElement("text", { class: "name", x: 22, y: top + 17 }, lane.name);
    return svgElement("g", { class: colourOf(lane) }, sign, name);
  }

  drawBars(lane) {
    const bars = [];
    const waits = [];
    const crosses = [];
    const labels = [];
    const inView = (left, right) => right >= 0 && left <= this.width;
    for (const bar of this.barsOf[lane]) {
      const { left, right, top } = this.box(bar);
      const { kind } = this.recording.steps[bar.last];
      const until = this.x(bar.until);
      if (kind === "suspend" && inView(right, until)) {
        waits.push(`M${px(right)} ${top + BAR / 2}H${px(until)}`);
      }
      if (!inView(left, right)) continue;
      bars.push(`M${px(left)} ${top}H${px(right)}v${BAR}H${px(left)}z`);
      if (kind === "raise") crosses.push(`M${px(right - 5)} ${top + 2}l10 10m0-10l-10 10`);
      const label = this.drawLabel(bar, left, right, top);
      labels.push(...(label.length > 0 ? label : this.drawWaitLabel(bar, right, until, top)));
    }
    return [
      svgElement("path", { class: "waits", d: waits.join("") }),
      svgElement("path", { class: "bars", d: bars.join("") }),
      ...labels,
      svgElement("path", { class: "cross halo", d: crosses.join("") }),
      svgElement("path", { class: "cross", d: crosses.join("") }),
    ];
  }

  /** A bar's function, where there is room for some of it. */
  drawLabel(bar, left, right, top) {
    const from = Math.max(left, 0) + 4;
    const most = Math.floor((Math.min(right, this.width) - from) / LETTER);
    if (most < 3) return [];
    const text = shorten(callInWords(this.recording, bar), most);
    return [svgElement("text", { class: "label", x: from, y: top + 11 }, text)];
  }

  /** The name of a call that only waits, along the line that says so. */
  drawWaitLabel(bar, right, until, top) {
    const from = right + 4;
    const most = Math.floor((Math.min(until, this.width) - from) / LETTER) - 1;
    const first = this.recording.steps[bar.first];
    if (most < 8 || first.kind !== "call" || this.recording.steps[bar.last].kind !== "suspend") {
      return [];
    }
    const text = shorten(first.name, most);
    return [svgElement("text", { class: "wait-label", x: from, y: top + 11 }, text)];
  }

  drawMarks(lane) {
    const top = this.rowTop(this.topOf[lane], lane, -1);
    const texts = [];
    let diamonds = "";
    let free = 0; // where the text before ends
    this.marksOf[lane].forEach((number, index, numbers) => {
      const step = this.recording.steps[number];
      const next = this.recording.steps[numbers[index + 1]];
      const x = this.x(step.place);
      if (x < 0 || x > this.width) return;
      diamonds += `M${px(x)} ${top + 1}l6 6-6 6-6-6z`;
      const limit = next ? this.x(next.place) - 8 : this.width;
      const text = this.drawMarkText(step.text, top + 11, free, x, limit);
      if (text) texts.push(text);
      free = x + 10 + step.text.length * LETTER;
    });
    return [svgElement("path", { class: "mark", d: diamonds }), ...texts];
  }

  /** A mark's text: behind the mark if it fits there, else before it, else as much as fits. */
  drawMarkText(text, y, free, x, limit) {
    const needed = text.length * LETTER;
    if (x + 10 + needed > limit && x - 10 - needed > free) {
      return svgElement("text", { class: "mark-text before", x: x - 10, y }, text);
    }
    const most = Math.floor((limit - x - 10) / LETTER);
    if (most < 3) return undefined;
    return svgElement("text", { class: "mark-text", x: x + 10, y }, shorten(text, most));
  }

  /** Where a pause was cut: a band through all lanes, and below it how long the pause was. */
  drawCuts() {
    let free = 0;
    return this.recording.cuts.flatMap(({ left, right, length }) => {
      const [from, to] = [this.x(left), this.x(right)];
      if (to < 0 || from > this.width) return [];
      const middle = (from + to) / 2;
      const band = svgElement("path", {
        class: "cut",
        d: `M${px(middle - 2)} 0v${this.cutsTop}m4 0V0`,
      });
      const words = `${timeInWords(length)} cut`;
      const start = middle - (words.length * LETTER) / 2;
      if (start < free || start + words.length * LETTER > this.width) return [band];
      free = start + words.length * LETTER + 8;
      const text = svgElement("text", { class: "clock", x: px(start), y: this.cutsTop + 12 }, words);
      return [band, text];
    });
  }

  /** The times of some steps, as close to each other as there is room. */
  drawClock() {
    const texts = [];
    let free = 0;
    for (const { time, place } of this.recording.steps) {
      const x = this.x(place);
      if (x < free || x > this.width - TICK) continue;
      const y = this.height - 5;
      texts.push(
        svgElement("path", { class: "ground", d: `M${px(x)} ${y - 12}v14` }),
        svgElement("text", { class: "clock", x: x + 3, y }, timeInWords(time)),
      );
      free = x + TICK;
    }
    return texts;
  }

  // -- following the step

  /** Move the playhead; where it would leave the visible part, move that part first. */
  show(number) {
    const { place } = this.recording.steps[number];
    if (place < this.start || place > this.start + 1 / this.zoom) this.centre(place);
    this.playhead.setAttribute("transform", `translate(${px(this.x(place))} 0)`);
    this.outline(number);
    this.hide(place);
  }

  /** Draw a curtain over what comes behind a place. */
  hide(place) {
    this.curtain.toggleAttribute("hidden", !this.hidesWhatComes);
    const left = this.x(place) + 1;
    this.curtain.setAttribute("x", px(left));
    this.curtain.setAttribute("width", px(Math.max(0, this.width - left)));
  }

  /** Outline the bar that the step belongs to, up to the curtain if there is one. */
  outline(number) {
    const { frame, lane, place } = this.recording.steps[number];
    const bar = this.recording.bars.find(
      (each) =>
        each.frame === frame &&
        each.first <= number &&
        number <= each.last &&
        !this.hidden.has(each.lane),
    );
    this.current.toggleAttribute("hidden", !bar);
    if (!bar) {
      this.keepInView(lane, this.topOf[lane]);
      return;
    }
    const { left, right, top } = this.box(bar);
    this.current.setAttribute("x", px(left - 1));
    const end = this.hidesWhatComes ? Math.min(right, this.x(place)) : right;
    this.current.setAttribute("width", px(end - left + 2));
    this.current.setAttribute("y", top - 1);
    this.keepInView(lane, top);
  }

  /** Where there are more lanes than fit, scroll to the one that acts: its name and the row at `top`. */
  keepInView(lane, top) {
    const { clientHeight, scrollTop } = this.svg.parentElement;
    const bottom = top + ROW;
    const fits = bottom - this.topOf[lane] <= clientHeight;
    const first = fits ? this.topOf[lane] : top - clientHeight / 2;
    if (first < scrollTop || bottom > scrollTop + clientHeight) {
      this.svg.parentElement.scrollTop = first;
    }
  }

  /** Show `factor` times the detail, around a step. */
  zoomBy(factor, number) {
    this.zoom = Math.min(Math.max(1, this.zoom * factor), 20 * this.recording.steps.length);
    this.centre(this.recording.steps[number].place);
    this.show(number);
  }

  /** Begin at a step: what is before it is out of sight, to the left. */
  openAt(number) {
    const { place } = this.recording.steps[number];
    this.zoom = place < 1 ? 1 / (1 - place) : 1;
    this.start = place < 1 ? place : 0;
    this.draw();
  }

  centre(place) {
    const visible = 1 / this.zoom;
    this.start = Math.min(Math.max(0, place - visible / 2), 1 - visible);
    this.draw();
  }

  // -- pointing

  /** The bar at a point of the drawing; undefined where there is none. */
  barAt(x, y) {
    return this.recording.bars.find((bar) => {
      if (this.hidden.has(bar.lane)) return false;
      const { left, right, top } = this.box(bar);
      return y >= top && y < top + ROW && x >= left - 2 && x <= right + 2;
    });
  }

  /** The step at a point: on a bar the nearest of that call's, elsewhere the nearest of all. */
  stepAt(x, y) {
    const bar = this.barAt(x, y);
    if (!bar) return this.nearest(x);
    const numbers = this.recording.ofFrame
      .get(bar.frame)
      .filter((number) => bar.first <= number && number <= bar.last);
    return this.nearestOf(numbers, x);
  }

  nearest(x) {
    const place = this.start + (x - EDGE) / (this.width - 2 * EDGE) / this.zoom;
    const after = countUpTo(this.recording.places, place);
    const last = this.recording.steps.length - 1;
    return this.nearestOf([Math.max(0, after - 1), Math.min(after, last)], x);
  }

  nearestOf(numbers, x) {
    const distance = (number) => Math.abs(this.x(this.recording.places[number]) - x);
    return numbers.reduce((best, each) => (distance(each) < distance(best) ? each : best));
  }
}

/** A tenth of a pixel is fine enough, and makes shorter paths. */
function px(x) {
  return x.toFixed(1);
}

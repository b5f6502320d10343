// The chart: lanes from top to bottom, time from left to right, and a playhead.
//
// Each lane is a handful of SVG paths, however many bars it has: one element a bar would make a page of 20,000
// steps slow to open. So the browser can't tell which bar was clicked; `stepAt` works it out from the coordinates.

const SVG = "http://www.w3.org/2000/svg";
const ROW = 20;           // pixels from one row of bars to the next
const BAR = 16;           // the height of a bar
const HEADING = 24;       // a lane's name, above its rows
const LETTER = 6.7;       // the width of a letter in a bar, about
const EDGE = 8;           // room at both sides, for what is drawn at the very first and last step
const TICK = 110;         // pixels from one time to the next
const NARROWEST = 1.5;    // a bar that is shorter than this would be invisible

function svgElement(name, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

/** A lane's badge: its shape tells what kind of thread it is, the letter or number in it which one. */
const SHAPES = {
  "event loop": "M10 1a9 9 0 1 0 .01 0z",
  "worker thread": "M2 2h16v16h-16z",
  "client": "M10 0l10 10-10 10-10-10z",
  "thread": "M5 1h10l5 9-5 9h-10l-5-9z",
};

/** Hollow where the lane is idle. */
function badge(lane, number, hollow = false) {
  const svg = svgElement("svg", { class: `badge lane-${number % 6}${hollow ? " hollow" : ""}`, viewBox: "0 0 20 20", "aria-hidden": "true" });
  svg.append(
    svgElement("path", { d: SHAPES[lane.kind] }),
    svgElement("text", { x: 10, y: 14 }, lane.badge),
  );
  return svg;
}

class Chart {
  constructor(svg, recording) {
    this.svg = svg;
    this.recording = recording;
    this.zoom = 1;        // how many times wider than the page the whole run is drawn
    this.start = 0;       // where the visible part begins, as a share of the run
    this.rowsOf = recording.lanes.map(() => 0);
    for (const bar of recording.bars) this.rowsOf[bar.lane] = Math.max(this.rowsOf[bar.lane], bar.row + 1);
    this.marksOf = recording.ofLane.map((numbers) => numbers.filter((n) => recording.steps[n].kind === "mark"));
    this.place();
  }

  /** Give each lane its place, from the top. A lane with marks has a row for them above its bars. */
  place() {
    let y = 0;
    this.topOf = this.recording.lanes.map((_, lane) => {
      const top = y;
      y += HEADING + (this.marksOf[lane].length ? ROW : 0) + this.rowsOf[lane] * ROW + 6;
      return top;
    });
    this.height = y + ROW;      // the last row is for the clock
  }

  /** From a place in the run, 0 for its begin and 1 for its end, to pixels. */
  x(place) {
    return EDGE + (place - this.start) * this.zoom * (this.width - 2 * EDGE);
  }

  /** A bar's left and right in pixels. */
  sides(bar) {
    const left = this.x(bar.left);
    return [left, Math.max(left + NARROWEST, this.x(bar.right))];
  }

  rowTop(lane, row) {
    return this.topOf[lane] + HEADING + (this.marksOf[lane].length ? ROW : 0) + row * ROW;
  }

  /** Draw everything that does not depend on the step. */
  draw() {
    this.width = Math.max(1, this.svg.clientWidth);
    this.svg.setAttribute("height", this.height);
    this.svg.replaceChildren(...this.recording.lanes.map((lane, number) => this.drawLane(lane, number)));
    this.playhead = svgElement("path", { class: "playhead", d: `M0 0v${this.height}` });
    this.current = svgElement("rect", { class: "current", height: BAR + 2, rx: 3 });
    this.tip = svgElement("title");
    this.svg.append(...this.drawClock(), this.current, this.playhead, this.tip);
  }

  /** The time, every so many pixels. Not to scale, so that both a step of microseconds and a wait of a second can
   *  be seen: a longer time is wider, but ten times as long is not ten times as wide. */
  drawClock() {
    const { steps } = this.recording;
    const texts = [];
    for (let x = EDGE; x < this.width - TICK / 2; x += TICK) {
      const step = steps[this.nearest(steps.map((_, number) => number), x)];
      texts.push(svgElement("text", { class: "clock", x, y: this.height - 5 }, timeInWords(step.time)));
    }
    return texts;
  }

  drawLane(lane, number) {
    const group = svgElement("g", { class: `lane lane-${number % 6}` });
    const top = this.topOf[number];
    group.append(svgElement("path", { class: "ground", d: `M0 ${top}h${this.width}` }));
    const sign = badge(lane, number);
    for (const [key, value] of Object.entries({ x: 0, y: top + 4, width: 16, height: 16 })) sign.setAttribute(key, value);
    group.append(sign, svgElement("text", { class: "name", x: 22, y: top + 17 }, lane.name));
    this.drawBars(group, number);
    this.drawMarks(group, number);
    return group;
  }

  drawBars(group, lane) {
    const { steps } = this.recording;
    const bars = [];
    const suspended = [];
    const raised = [];
    const labels = [];
    const lastEnd = new Map();      // of each frame
    for (const bar of this.recording.bars) {
      if (bar.lane !== lane) continue;
      const top = this.rowTop(lane, bar.row);
      const [left, right] = this.sides(bar);
      const before = lastEnd.get(bar.frame);
      lastEnd.set(bar.frame, right);
      const visible = right >= 0 && left <= this.width;
      if (before !== undefined && left > 0 && before < this.width) {
        suspended.push(`M${before.toFixed(1)} ${top + BAR / 2}H${left.toFixed(1)}`);
      }
      if (!visible) continue;
      bars.push(`M${left.toFixed(1)} ${top}H${right.toFixed(1)}v${BAR}H${left.toFixed(1)}z`);
      if (steps[bar.last].kind === "raise") raised.push(`M${(right - 5).toFixed(1)} ${top + 3}l10 10m0 -10l-10 10`);
      labels.push(...this.barLabel(steps[bar.first].name, Math.max(0, left), Math.min(right, this.width), top));
    }
    group.append(
      svgElement("path", { class: "suspended", d: suspended.join("") }),
      svgElement("path", { class: "bars", d: bars.join("") }),
      ...labels,
      svgElement("path", { class: "raised halo", d: raised.join("") }),
      svgElement("path", { class: "raised", d: raised.join("") }),
    );
  }

  barLabel(name, left, right, top) {
    const fits = Math.floor((right - left - 6) / LETTER);
    if (fits < 3) return [];
    const text = name.length <= fits ? name : `${name.slice(0, fits - 1)}\u2026`;
    return [svgElement("text", { class: "label", x: left + 4, y: top + 12 }, text)];
  }

  drawMarks(group, lane) {
    const top = this.topOf[lane] + HEADING;
    const { steps } = this.recording;
    const numbers = this.marksOf[lane];
    const diamonds = [];
    numbers.forEach((number, index) => {
      const x = this.x(steps[number].place);
      if (x < -5 || x > this.width + 5) return;
      diamonds.push(`M${x.toFixed(1)} ${top + 2}l6 6-6 6-6-6z`);
      const following = index + 1 < numbers.length ? this.x(steps[numbers[index + 1]].place) - 8 : this.width;
      const fits = Math.floor((following - x - 10) / LETTER);
      const { text } = steps[number];
      if (fits < 4) return;
      const shown = text.length <= fits ? text : `${text.slice(0, fits - 1)}\u2026`;
      group.append(svgElement("text", { class: "mark-text", x: x + 10, y: top + 12 }, shown));
    });
    group.append(svgElement("path", { class: "mark", d: diamonds.join("") }));
  }

  /** Move the playhead; where it would leave the visible part, move that part first. */
  show(number) {
    const { place } = this.recording.steps[number];
    if (place < this.start || place > this.start + 1 / this.zoom) this.centre(place);
    this.playhead.setAttribute("transform", `translate(${this.x(place).toFixed(1)} 0)`);
    this.outline(number);
  }

  /** Outline the bar that the step belongs to. */
  outline(number) {
    const bar = this.barOf(number);
    this.current.toggleAttribute("hidden", !bar);
    this.current.style.display = bar ? "" : "none";
    if (!bar) return;
    const [left, right] = this.sides(bar);
    this.current.setAttribute("x", left - 1);
    this.current.setAttribute("width", right - left + 2);
    this.current.setAttribute("y", this.rowTop(bar.lane, bar.row) - 1);
    this.keepInView(this.rowTop(bar.lane, bar.row));
  }

  /** Where there are more lanes than fit, scroll to the one that acts. */
  keepInView(top) {
    const frame = this.svg.parentElement;
    if (top < frame.scrollTop || top + ROW > frame.scrollTop + frame.clientHeight) {
      frame.scrollTop = top - frame.clientHeight / 2;
    }
  }

  barOf(number) {
    const { frame } = this.recording.steps[number];
    return this.recording.bars.find((bar) => bar.frame === frame && bar.first <= number && number <= bar.last);
  }

  /** The bar at a point of the drawing; undefined where there is none. */
  barAt(x, y) {
    return this.recording.bars.find((bar) => {
      const top = this.rowTop(bar.lane, bar.row);
      const [left, right] = this.sides(bar);
      return y >= top && y < top + ROW && x >= left - 2 && x <= right + 2;
    });
  }

  /** The step at a point: of the bar that is there, the bar's own step which is nearest; elsewhere any nearest. */
  stepAt(x, y) {
    const { steps, ofFrame } = this.recording;
    const bar = this.barAt(x, y);
    const numbers = bar
      ? ofFrame.get(bar.frame).filter((number) => bar.first <= number && number <= bar.last)
      : steps.map((_, number) => number);
    return this.nearest(numbers, x);
  }

  nearest(numbers, x) {
    const distance = (number) => Math.abs(this.x(this.recording.steps[number].place) - x);
    return numbers.reduce((best, number) => (distance(number) < distance(best) ? number : best));
  }

  /** Show twice, or half, as much detail around a step. */
  zoomBy(factor, number) {
    this.zoom = Math.min(Math.max(1, this.zoom * factor), this.recording.steps.length);
    this.centre(this.recording.steps[number].place);
  }

  centre(place) {
    const visible = 1 / this.zoom;
    this.start = Math.min(Math.max(0, place - visible / 2), 1 - visible);
    this.draw();
  }
}

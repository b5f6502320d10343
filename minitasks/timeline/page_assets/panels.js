// The panels below the chart: source, variables, and where each lane stands.

const SLICE = 400;        // lines on each side of the current one: a longer file is shown in part

function htmlElement(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** The source of the current step's file, each lane's current line marked. */
class SourcePanel {
  constructor(heading, lines, recording) {
    this.heading = heading;
    this.lines = lines;
    this.recording = recording;
    this.slices = new Map();      // of each file: the part that was rendered last
    this.marked = [];
    lines.style.setProperty("--slots", Math.min(5, recording.lanes.length + 1));
  }

  show(number) {
    const step = this.recording.steps[number];
    const slice = this.slice(step.file, step.line);
    if (this.lines.firstChild !== slice.list) {
      this.lines.replaceChildren(slice.list);
      this.heading.textContent = this.recording.files[step.file].name;
    }
    this.unmark();
    const item = slice.list.children[step.line - slice.first];
    if (item) this.highlight(item, step.lane);
    this.markRunning(slice, number);
    this.markSuspended(slice, number);
  }

  /** The rendered part of a file that has `line` in it. Rendering is what takes time, so it is kept. */
  slice(file, line) {
    const known = this.slices.get(file);
    if (known && line >= known.first && line <= known.last) return known;
    const all = this.recording.files[file].lines;
    const first = all.length <= 2 * SLICE ? 1 : Math.max(1, line - SLICE);
    const last = Math.min(all.length, first + 2 * SLICE - 1);
    const list = htmlElement("ol", { start: first });
    for (let each = first; each <= last; each += 1) list.append(this.line(each, all[each - 1]));
    const slice = { file, first, last, list };
    this.slices.set(file, slice);
    return slice;
  }

  line(number, pieces) {
    const code = htmlElement("code");
    for (const [kind, text] of pieces) code.append(kind ? htmlElement("span", { className: kind }, text) : text);
    return htmlElement("li", { value: number },
      htmlElement("span", { className: "here" }),
      htmlElement("span", { className: "number", ariaHidden: "true" }, String(number)),
      code);
  }

  unmark() {
    for (const item of this.marked) {
      item.removeAttribute("aria-current");
      item.className = "";
      item.firstChild.replaceChildren();
    }
    this.marked = [];
  }

  highlight(item, lane) {
    item.setAttribute("aria-current", "step");
    item.className = `now lane-${lane % 6}`;
    this.marked.push(item);
    this.scrollTo(item);
  }

  /** Put each running lane's badge beside its current line. */
  markRunning(slice, number) {
    this.recording.lanes.forEach((_, lane) => {
      const latest = latestInLane(this.recording, lane, number);
      if (latest === undefined) return;
      const step = this.recording.steps[latest];
      if (latest === number || step.busy) this.mark(slice, step, false);
    });
  }

  /** Put a hollow badge beside each line at which a call is suspended; ten calls at one line need only one. */
  markSuspended(slice, number) {
    const seen = new Set();
    for (const step of suspendedAt(this.recording, number)) {
      const place = `${step.file} ${step.line} ${step.lane}`;
      if (!seen.has(place)) this.mark(slice, step, true);
      seen.add(place);
    }
  }

  mark(slice, step, suspended) {
    const item = step.file === slice.file && slice.list.children[step.line - slice.first];
    if (!item) return;
    const lane = this.recording.lanes[step.lane];
    const words = suspended ? `Suspended here, on ${laneInWords(lane)}. ` : `Here: ${lane.name}. `;
    item.firstChild.append(badge(lane, step.lane, suspended), htmlElement("span", { className: "unseen" }, words));
    this.marked.push(item);
  }

  /** Keep still while the line is well in view: a source that jumps at each step can't be read. Not by
   *  scrollIntoView, which would also scroll the page that this one may be embedded in. */
  scrollTo(item) {
    const { clientHeight, scrollTop } = this.lines;
    const top = item.offsetTop - this.lines.offsetTop;
    const margin = Math.min(3 * item.offsetHeight, clientHeight / 4);
    if (top < scrollTop + margin || top + item.offsetHeight > scrollTop + clientHeight - margin) {
      this.lines.scrollTop = top - clientHeight / 3;
    }
  }
}

/** The variables of the current frame. */
class VariablesPanel {
  constructor(heading, table, none, recording) {
    this.heading = heading;
    this.body = table.tBodies[0];
    this.table = table;
    this.none = none;
    this.recording = recording;
  }

  show(number) {
    const { values, changed } = variablesAt(this.recording, number);
    this.heading.textContent = `Variables of ${this.recording.steps[number].name}`;
    this.body.replaceChildren(...Array.from(values, ([name, value]) => this.row(name, value, changed.has(name))));
    this.table.hidden = values.size === 0;
    this.none.hidden = values.size > 0;
  }

  row(name, value, changed) {
    const cell = htmlElement("td", {}, value);
    if (changed) cell.append(htmlElement("small", {}, "changed"));
    return htmlElement("tr", { className: changed ? "changed" : "" },
      htmlElement("th", { scope: "row" }, name), cell);
  }
}

/** For each lane: what it runs, where, and a button to its next event. */
class PlacesPanel {
  constructor(list, recording, go) {
    this.recording = recording;
    this.items = recording.lanes.map((lane, index) => this.item(lane, index, go));
    list.append(...this.items.map((item) => item.element));
  }

  item(lane, index, go) {
    const state = htmlElement("span", { className: "state" });
    const place = htmlElement("span", { className: "place" });
    const code = htmlElement("code");
    const next = htmlElement("button", { type: "button", ariaLabel: `Next event of ${laneInWords(lane)}` }, "Next");
    next.addEventListener("click", () => go(nextInLane(this.recording, index, this.number)));
    const element = htmlElement("li", {},
      badge(lane, index), htmlElement("strong", {}, lane.name), state, next, place, code);
    return { element, state, place, code };
  }

  show(number) {
    this.number = number;
    const suspended = suspendedAt(this.recording, number);
    this.items.forEach((item, lane) => {
      const latest = latestInLane(this.recording, lane, number);
      const step = this.recording.steps[latest];
      const running = step && (step.busy || latest === number);
      const waiting = suspended.filter((each) => each.lane === lane).length;
      item.element.className = latest === number ? "acting" : "";
      item.state.textContent = (running ? "running" : "idle") + (waiting ? `, ${waiting} suspended` : "");
      item.place.textContent = running ? `${step.name}, ${this.recording.files[step.file].name}:${step.line}` : "";
      item.code.textContent = running ? this.codeOf(step) : "";
    });
  }

  codeOf(step) {
    const line = this.recording.files[step.file].lines[step.line - 1] ?? [];
    return line.map(([, text]) => text).join("").trim();
  }
}

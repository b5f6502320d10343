// The panels below the chart: source, variables, and where each lane stands.

const SLICE = 100; // lines shown before and behind the current one, where a file has more

function htmlElement(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** The source of the step's file, with the lines at which lanes run and calls are suspended. */
class SourcePanel {
  constructor(heading, lines, recording) {
    this.heading = heading;
    this.lines = lines;
    this.recording = recording;
    this.slices = new Map(); // of each file: the part that was rendered last
    this.marked = []; // the lines that `unmark` has to clean
    // Room for so many badges beside a line.
    lines.style.setProperty("--slots", Math.min(3, recording.lanes.length));
  }

  show(number) {
    const shown = sourceAt(this.recording, number);
    if (!shown) return;
    const { file, line } = shown;
    const slice = this.slice(file, line);
    if (this.lines.firstChild !== slice.list) {
      this.lines.replaceChildren(slice.list);
      this.heading.textContent = this.recording.files[file].name;
    }
    this.unmark();
    this.scrollTo(slice.item(line));
    if (shown === this.recording.steps[number]) this.highlight(slice.item(line), shown.lane);
    for (const step of runningAt(this.recording, number)) {
      if (step?.file === file) this.mark(slice.item(step.line), step.lane, "filled");
    }
    for (const step of suspendedAt(this.recording, number)) {
      if (step.file === file) this.mark(slice.item(step.line), step.lane, "hollow");
    }
  }

  /** The part of a file that has `line` in it. Rendering takes the time, so the part is kept. */
  slice(file, line) {
    const known = this.slices.get(file);
    if (known && known.first <= line && line <= known.last) return known;
    const { lines } = this.recording.files[file];
    const first = lines.length <= 2 * SLICE ? 1 : Math.max(1, line - SLICE);
    const last = Math.min(lines.length, first + 2 * SLICE);
    const list = htmlElement("ol");
    for (let each = first; each <= last; each += 1) list.append(this.item(each, lines[each - 1]));
    const slice = { first, last, list, item: (number) => list.children[number - first] };
    this.slices.set(file, slice);
    return slice;
  }

  item(number, pieces) {
    const code = htmlElement("code");
    for (const [className, text] of pieces) {
      code.append(className ? htmlElement("span", { className }, text) : text);
    }
    return htmlElement(
      "li",
      { value: number },
      htmlElement("span", { className: "badges" }),
      htmlElement("span", { className: "number", ariaHidden: "true" }, number),
      code,
    );
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
    item.className = `now ${colourOf(this.recording.lanes[lane])}`;
    this.marked.push(item);
  }

  /** Put a lane's badge beside a line. Ten calls that are suspended at one line need only one. */
  mark(item, lane, style) {
    const { name, badge: sign } = this.recording.lanes[lane];
    if (!item || item.querySelector(`.${style}[data-lane="${sign}"]`)) return;
    const words = style === "filled" ? `${name} is here. ` : `Suspended here, on ${name}. `;
    item.firstChild.append(
      badge(this.recording.lanes[lane], style),
      htmlElement("span", { className: "unseen" }, words),
    );
    this.marked.push(item);
  }

  /**
   * Keep still while the line is well in view: source that jumps at each step can't be read. Not
   * by scrollIntoView, which would also scroll a page in which this one is embedded.
   */
  scrollTo(item) {
    const { clientHeight, scrollTop } = this.lines;
    const margin = Math.min(3 * item.offsetHeight, clientHeight / 4);
    const above = item.offsetTop < scrollTop + margin;
    const below = item.offsetTop + item.offsetHeight > scrollTop + clientHeight - margin;
    if (above || below) this.lines.scrollTop = item.offsetTop - clientHeight / 3;
  }
}

/** The variables of the step's frame. */
class VariablesPanel {
  constructor(heading, table, none, recording) {
    this.heading = heading;
    this.table = table;
    this.none = none;
    this.recording = recording;
  }

  show(number) {
    const { values, changed } = variablesAt(this.recording, number);
    const rows = Array.from(values, ([name, value]) => this.row(name, value, changed.has(name)));
    const { name } = this.recording.steps[number];
    this.heading.textContent = name ? `Variables of ${name}` : "Variables";
    this.table.tBodies[0].replaceChildren(...rows);
    this.table.hidden = rows.length === 0;
    this.none.hidden = rows.length > 0;
  }

  row(name, value, changed) {
    const cell = htmlElement("td", {}, value);
    if (changed) cell.append(" ", htmlElement("small", {}, "changed"));
    const head = htmlElement("th", { scope: "row" }, htmlElement("span", {}, name));
    return htmlElement("tr", { className: changed ? "changed" : "" }, head, cell);
  }
}

/** The call stack of the step's lane: each call is a button to its first step. */
class StackPanel {
  constructor(heading, list, recording, go) {
    Object.assign(this, { heading, list, recording, go });
  }

  show(number) {
    const lane = this.recording.lanes[this.recording.steps[number].lane];
    this.heading.textContent = `Call stack of ${laneInWords(lane)}`;
    const items = stackAt(this.recording, number).map((bar) => {
      const name = this.recording.steps[bar.first].name;
      const button = htmlElement("button", { type: "button" }, name);
      button.addEventListener("click", () => this.go(bar.first));
      return htmlElement("li", {}, button);
    });
    this.list.replaceChildren(...items);
  }
}

/** For each lane: what it runs, how many of its calls are suspended, a button to its next event. */
class LanesPanel {
  constructor(list, recording, go, hide) {
    this.recording = recording;
    this.hide = hide;
    this.items = recording.lanes.map((lane, number) => this.item(lane, number, go));
    list.append(...this.items.map((item) => item.element));
  }

  item(lane, number, go) {
    const state = htmlElement("span", { className: "state" });
    const place = htmlElement("span", { className: "place" });
    const ariaLabel = `Next event of ${laneInWords(lane)}`;
    const next = htmlElement("button", { type: "button", ariaLabel }, "Next");
    next.addEventListener("click", () => go(nextInLane(this.recording, number, this.number)));
    const name = htmlElement("strong", {}, lane.name);
    const shown = htmlElement("input", { type: "checkbox", checked: true });
    shown.ariaLabel = shown.title = `Show ${laneInWords(lane)} in the chart`;
    shown.addEventListener("change", () => this.hide(number, !shown.checked));
    const element = htmlElement("li", {}, shown, badge(lane), name, state, next, place);
    return { element, state, place };
  }

  show(number) {
    this.number = number;
    const acting = this.recording.steps[number].lane;
    const running = runningAt(this.recording, number);
    const suspended = suspendedAt(this.recording, number);
    this.items.forEach((item, lane) => {
      const count = suspended.filter((step) => step.lane === lane).length;
      const state = running[lane] ? `runs ${running[lane].name}` : "runs nothing recorded";
      item.element.className = lane === acting ? "acting" : "";
      item.state.textContent = state + (count > 0 ? `, ${count} suspended` : "");
      item.place.textContent = running[lane] ? this.placeOf(running[lane]) : "";
    });
  }

  placeOf(step) {
    const { name, lines } = this.recording.files[step.file];
    const pieces = lines[step.line - 1] ?? [];
    const code = pieces.map(([, text]) => text).join("");
    return `${name}:${step.line}  ${code.trim()}`;
  }
}

"use strict";

// The recording: what happened, unpacked from the data in the page, and what is true at each step.
//
// A step is one event. Everything that the page shows is asked of the recording by the number of
// the step, counted from 0, so that going back is as easy as going forward.

/** Unpack what `pack` in page_data.py packed. */
function readRecording(json) {
  const data = JSON.parse(json);
  const steps = readSteps(data);
  const bars = data.bars.map(([first, last, end, row]) => ({
    first,
    last,
    row,
    frame: steps[first].frame,
    lane: steps[first].lane,
    left: steps[first].place,
    right: end / 1e9,
    resumed: Infinity,
    until: 1,
  }));
  tellBusy(steps, bars, data.lanes.length);
  tellResumed(bars);

  return {
    strings: data.strings,
    lanes: data.lanes,
    files: data.files,
    dropped: data.dropped,
    cuts: data.cuts.map(([left, right, length]) => ({ left: left / 1e9, right: right / 1e9, length })),
    steps,
    bars,
    places: steps.map((step) => step.place),
    ofLane: data.lanes.map((_, lane) => numbersWhere(steps, (step) => step.lane === lane)),
    codeOfLane: data.lanes.map((_, lane) =>
      numbersWhere(steps, (step) => step.lane === lane && step.kind !== "mark"),
    ),
    ofFrame: numbersByFrame(steps),
  };
}

function readSteps(data) {
  let time = -data.zero; // the request is at 0, as in the terminal
  return data.rows.map((row) => {
    const [kind, delay, place, lane, task, frame, code, line, text, ...changes] = row;
    const [file, name] = data.codes[code];
    time += delay;
    return {
      kind: data.kinds[kind],
      time,
      place: place / 1e9,
      lane,
      task,
      frame,
      file,
      name: data.strings[name],
      line,
      text: data.strings[text],
      changes,
    };
  });
}

function numbersWhere(steps, test) {
  const numbers = [];
  steps.forEach((step, number) => {
    if (test(step)) numbers.push(number);
  });
  return numbers;
}

function numbersByFrame(steps) {
  const numbers = new Map();
  steps.forEach((step, number) => {
    if (!numbers.has(step.frame)) numbers.set(step.frame, []);
    numbers.get(step.frame).push(number);
  });
  return numbers;
}

/** How many of the sorted `values` are at most `limit`: by halving, for there may be 20,000. */
function countUpTo(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last of the sorted `values` that is at most `limit`; undefined where there is none. */
function lastUpTo(values, limit) {
  return values[countUpTo(values, limit) - 1];
}

// -- lanes ---------------------------------------------------------------------------------------

/** The lane's first step after `number`; undefined where there is none. */
function nextInLane(recording, lane, number) {
  const numbers = recording.ofLane[lane];
  return numbers[countUpTo(numbers, number)];
}

/** The lane's last step before `number`; undefined where there is none. */
function previousInLane(recording, lane, number) {
  return lastUpTo(recording.ofLane[lane], number - 1);
}

/** The step at which each running lane stands: for the others, undefined. */
function runningAt(recording, number) {
  return recording.codeOfLane.map((numbers) => {
    const latest = lastUpTo(numbers, number);
    const runs = latest !== undefined && (latest === number || recording.steps[latest].busy);
    return runs ? recording.steps[latest] : undefined;
  });
}

/** Whether a bar has a step at which it ends, and does not just reach the recording's end. */
function isOver(steps, bar) {
  return ["suspend", "return", "raise"].includes(steps[bar.last].kind);
}

/** Tell of each step whether its lane goes on running after it: whether one of its bars is open. */
function tellBusy(steps, bars, lanes) {
  const opened = new Array(steps.length + 1).fill(0);
  const places = steps.map((step) => step.place);
  for (const bar of bars) {
    opened[bar.first] += 1;
    // A call that was still running when the recording stopped has no step at which it ends.
    opened[isOver(steps, bar) ? bar.last : countUpTo(places, bar.right)] -= 1;
  }
  const open = new Array(lanes).fill(0);
  steps.forEach((step, number) => {
    open[step.lane] += opened[number];
    step.busy = open[step.lane] > 0;
  });
}

/** Whether a step is inside the task classes, which are recorded beside the program that uses them. */
function isInLibrary({ files }, step) {
  return step.kind !== "mark" && files[step.file].library;
}

// -- suspended calls -----------------------------------------------------------------------------

/** Tell of each bar which step resumes its call, and its place; where none does, the end. */
function tellResumed(bars) {
  const latest = new Map(); // of each frame
  for (const bar of bars) {
    const before = latest.get(bar.frame);
    if (before) Object.assign(before, { resumed: bar.first, until: bar.left });
    latest.set(bar.frame, bar);
  }
}

/** The steps at which those calls were suspended that are so at step `number`. */
function suspendedAt({ bars, steps }, number) {
  return bars
    .filter((bar) => bar.last <= number && number < bar.resumed)
    .map((bar) => steps[bar.last])
    .filter((step) => step.kind === "suspend");
}

/** The calls on the stack of the step's lane, the outermost first. */
function stackAt({ bars, steps }, number) {
  const { lane, place } = steps[number];
  return bars.filter(
    (bar) =>
      bar.lane === lane &&
      bar.first <= number &&
      (number <= bar.last || (!isOver(steps, bar) && place <= bar.right)),
  );
}

/** The next step, from the one behind `number` on and round, whose words or line hold a text. */
function findStep(recording, text, number) {
  const wanted = text.toLowerCase();
  const { steps, files } = recording;
  for (let i = 1; i <= steps.length; i += 1) {
    const each = (number + i) % steps.length;
    const pieces = files[steps[each].file]?.lines[steps[each].line - 1] ?? [];
    const line = pieces.map(([, piece]) => piece).join("");
    if (`${stepInWords(recording, each)} ${line}`.toLowerCase().includes(wanted)) return each;
  }
  return undefined;
}

// -- source --------------------------------------------------------------------------------------

/** The step whose source is shown at step `number`. A mark has no line: then its lane's, or the one before. */
function sourceAt(recording, number) {
  const { files, steps } = recording;
  const hasSource = (step) => step && step.line > 0 && files[step.file].lines.length > 0;
  const { lane } = steps[number];
  const nearest = [steps[number], runningAt(recording, number)[lane]].find(hasSource);
  return nearest ?? steps.slice(0, number + 1).findLast(hasSource) ?? steps.find(hasSource);
}

// -- variables -----------------------------------------------------------------------------------

/**
 * The variables of the step's frame: `values`, a Map of name to repr, and `changed`, the names of
 * those that the step changed. The data holds changes only, so they are played from the start.
 */
function variablesAt(recording, number) {
  const numbers = recording.ofFrame.get(recording.steps[number].frame);
  const values = new Map();
  for (const each of numbers) {
    if (each > number) break;
    for (const [name, value] of changesOf(recording, each)) {
      if (value === undefined) values.delete(name);
      else values.set(name, value);
    }
  }
  // At the first step every variable is new, and to say so of each says nothing.
  const changes = number === numbers[0] ? [] : changesOf(recording, number);
  return { values, changed: new Set(changes.map(([name]) => name)) };
}

/** The variables that a step changed, as pairs of name and value; undefined for what is gone. */
function changesOf(recording, number) {
  const { changes } = recording.steps[number];
  const pairs = [];
  for (let i = 0; i < changes.length; i += 2) {
    pairs.push([recording.strings[changes[i]], recording.strings[changes[i + 1]]]);
  }
  return pairs;
}

// -- words ---------------------------------------------------------------------------------------

/** What a step is, in words. */
function stepInWords(recording, number) {
  const step = recording.steps[number];
  const lane = laneInWords(recording.lanes[step.lane]);
  switch (step.kind) {
    case "call":
      return `${lane} calls ${step.name}`;
    case "line":
      return `${lane} reaches line ${step.line} of ${step.name}`;
    case "suspend":
      return `${lane} suspends ${step.name}${step.busy ? "" : ", and is free for other work"}`;
    case "resume":
      return `${lane} resumes ${step.name}`;
    case "return":
      return `on ${lane}, ${step.name} returns ${step.text || "to its caller"}`;
    case "raise":
      return `on ${lane}, ${step.name} raises ${step.text || "an exception"}`;
    default:
      return `on ${lane}: ${step.text}`;
  }
}

/** A call with the arguments that it began with, as "resize(name='cat')"; shortened where long. */
function callInWords({ steps, strings }, bar) {
  const first = steps[bar.first];
  if (first.kind !== "call") return first.name;
  const given = [];
  for (let i = 0; i < first.changes.length; i += 2) {
    const [name, value] = [strings[first.changes[i]], strings[first.changes[i + 1]]];
    if (name !== "self" && value !== undefined) given.push(`${name}=${shorten(value, 20)}`);
  }
  return given.length > 0 ? `${first.name}(${given.join(", ")})` : first.name;
}

/** A lane as a sentence names it: "the event loop", "worker thread 1". */
function laneInWords({ kind, name }) {
  return name === kind ? `the ${name}` : name;
}

/** Nanoseconds in the unit that reads best. */
function timeInWords(nanoseconds) {
  if (nanoseconds < 0) return `\u2212${timeInWords(-nanoseconds)}`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(0)} \u00b5s`;
  if (nanoseconds < 1e8) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  return `${(nanoseconds / 1e9).toFixed(3)} s`;
}

/** A text in no more than `most` letters. By letters, since half an emoji is none. */
function shorten(text, most) {
  const letters = Array.from(text);
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}\u2026`;
}

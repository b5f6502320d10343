"use strict";

// The recording: what happened, unpacked from the data in the page, and what is true at each step.
//
// A step is one event. Everything that the page shows is asked of the recording by the number of the step,
// counted from 0, so that going back is as easy as going forward.

/** Unpack what `pack` in page.py packed. */
function readRecording(json) {
  const data = JSON.parse(json);
  const codes = data.codes.map(([file, name]) => ({ file, name: data.strings[name] }));

  let time = 0;
  const steps = data.rows.map(([kind, delay, place, lane, task, frame, code, line, text, ...changes]) => {
    time += delay;
    return {
      kind: data.kinds[kind], time, place: place / 1e6, lane, task, frame, line, changes,
      file: codes[code].file, name: codes[code].name, text: data.strings[text],
    };
  });

  const bars = data.bars.map(([first, last, end, row]) => (
    { first, last, row, frame: steps[first].frame, lane: steps[first].lane, left: steps[first].place, right: end / 1e6 }));
  tellBusy(steps, bars, data.lanes.length);

  return {
    strings: data.strings,
    lanes: data.lanes,
    files: data.files,
    dropped: data.dropped,
    steps,
    bars,
    waits: findWaits(steps, bars),
    ofLane: data.lanes.map((_, lane) => numbersWhere(steps, (step) => step.lane === lane)),
    ofFrame: numbersByFrame(steps),
  };
}

/** Find where calls are suspended: from which step on, and the step that resumes them. */
function findWaits(steps, bars) {
  const waits = [];
  const latest = new Map();       // of each frame, its wait so far
  for (const bar of bars) {
    if (latest.has(bar.frame)) latest.get(bar.frame).until = bar.first;
    latest.delete(bar.frame);
    if (steps[bar.last].kind !== "suspend") continue;
    const wait = { from: bar.last, until: Infinity };
    latest.set(bar.frame, wait);
    waits.push(wait);
  }
  return waits;
}

/** The steps that suspended the calls which are suspended at a step. */
function suspendedAt(recording, number) {
  return recording.waits
    .filter((wait) => wait.from <= number && number < wait.until)
    .map((wait) => recording.steps[wait.from]);
}

/** Tell of each step whether its lane goes on running after it: whether any of the lane's bars is still open. */
function tellBusy(steps, bars, lanes) {
  const opened = new Array(steps.length + 1).fill(0);
  const places = steps.map((step) => step.place);
  for (const bar of bars) {
    opened[bar.first] += 1;
    // A call that was still running when the recording stopped has no step at which it ends.
    const ends = ["suspend", "return", "raise"].includes(steps[bar.last].kind);
    opened[ends ? bar.last : countUpTo(places, bar.right)] -= 1;
  }
  const open = new Array(lanes).fill(0);
  steps.forEach((step, number) => {
    open[step.lane] += opened[number];
    step.busy = open[step.lane] > 0;
  });
}

function numbersWhere(steps, test) {
  const numbers = [];
  steps.forEach((step, number) => { if (test(step)) numbers.push(number); });
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

/** How many of the sorted `values` are at most `limit`: by halving, since there may be 20,000. */
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

/** The lane's latest step at `number` or before; undefined where the lane has not begun. */
function latestInLane(recording, lane, number) {
  const numbers = recording.ofLane[lane];
  return numbers[countUpTo(numbers, number) - 1];
}

/** The lane's first step after `number`; undefined where there is none. */
function nextInLane(recording, lane, number) {
  const numbers = recording.ofLane[lane];
  return numbers[countUpTo(numbers, number)];
}

/** The lane's last step before `number`; undefined where there is none. */
function previousInLane(recording, lane, number) {
  return latestInLane(recording, lane, number - 1);
}

/** The variables of the frame at a step: `values`, a Map of name to repr, and `changed`, the names that the step
 *  changed. The data holds changes only, so they are played from the frame's first step on. */
function variablesAt(recording, number) {
  const values = new Map();
  const changed = new Set();
  const numbers = recording.ofFrame.get(recording.steps[number].frame);
  for (const each of numbers) {
    if (each > number) break;
    changed.clear();
    const { changes } = recording.steps[each];
    for (let i = 0; i < changes.length; i += 2) {
      const name = recording.strings[changes[i]];
      if (changes[i + 1] < 0) values.delete(name);
      else values.set(name, recording.strings[changes[i + 1]]);
      changed.add(name);
    }
  }
  // At the first step every variable is new, and to say so of each says nothing.
  if (number === numbers[0]) changed.clear();
  return { values, changed };
}

/** A lane as a sentence names it: "the event loop", "worker thread 1". */
function laneInWords(lane) {
  return /\d$/.test(lane.name) ? lane.name : `the ${lane.name}`;
}

/** What a step is, in words. */
function stepInWords(recording, number) {
  const step = recording.steps[number];
  const lane = laneInWords(recording.lanes[step.lane]);
  switch (step.kind) {
    case "call": return `${lane} calls ${step.name}`;
    case "line": return `${lane} reaches line ${step.line} of ${step.name}`;
    case "suspend": return `${lane} suspends ${step.name}${step.busy ? "" : ", and is free for other work"}`;
    case "resume": return `${lane} resumes ${step.name}`;
    case "return": return `on ${lane}, ${step.name} returns ${step.text || "to its caller"}`;
    case "raise": return `on ${lane}, ${step.name} raises ${step.text || "an exception"}`;
    default: return `on ${lane}: ${step.text}`;
  }
}

/** Nanoseconds in the unit that reads best. */
function timeInWords(nanoseconds) {
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(0)} \u00b5s`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(nanoseconds < 1e8 ? 2 : 1)} ms`;
  return `${(nanoseconds / 1e9).toFixed(3)} s`;
}

// Loaded into a program's processes by NODE_OPTIONS: the wall clock jumps by up to an hour, back and forth, all the time.
const real = Date.now;
const most = 3_600_000;
let offset = 0;
let state = Number(process.env.FAULTS_CLOCK ?? 1) >>> 0;
Date.now = () => real.call(Date) + offset;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now());
    else super(...args);
  }
};
setInterval(() => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  offset = Math.round((state / 2 ** 31 - 1) * most);
}, 400).unref();

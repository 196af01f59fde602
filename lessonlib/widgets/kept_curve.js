// A loss curve as a notebook keeps it (kept_curve.py), unpacked.

const NO_NUMBER = 65535;

function unpacked(kept) {
  const bytes = Uint8Array.from(atob(kept.losses), (c) => c.charCodeAt(0));
  const numbers = new DataView(bytes.buffer), loss = [], lr = [];
  const rates = kept.rates.split(" ").filter(Boolean).map((each) => each.split(":").map(Number));
  for (let i = 0; i < bytes.length; i += 2) {
    const number = numbers.getUint16(i, true);
    loss.push(number === NO_NUMBER ? NaN : kept.low + number * kept.unit);
  }
  for (let i = 0, next = 0; i < loss.length; i++) {
    while (next + 1 < rates.length && rates[next + 1][0] <= i) next++;
    lr.push(rates.length ? rates[next][1] : NaN);
  }
  const { first, by } = kept.steps, step = first === undefined ? kept.steps : loss.map((_, i) => first + i * by);
  return { step, loss, lr, [TRAIN]: kept.training, [VAL]: kept.validation };
}

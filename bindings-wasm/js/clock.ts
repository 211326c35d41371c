/** The time by both clocks, and waiting. */

/** Milliseconds since an arbitrary start; never goes backwards. */
export function monotonic(): number {
  return performance.now();
}

/** Milliseconds since 1970-01-01 UTC. */
export function wall(): number {
  return Date.now();
}

/** Calls back after so many milliseconds, and never earlier; returns what calls it off. */
export function after(milliseconds: number, act: () => void): () => void {
  const end = performance.now() + milliseconds;
  // Timers count from when the event loop last looked at the clock, and so fire early; longer ones than this at once.
  const wait = (left: number) => setTimeout(look, Math.min(Math.ceil(left), 2 ** 31 - 1));
  const look = (): void => {
    const left = end - performance.now();
    if (left <= 0) {
      act();
    } else {
      timer = wait(left);
    }
  };
  let timer = wait(milliseconds);
  return () => clearTimeout(timer);
}

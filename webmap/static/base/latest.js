// Only the latest question counts: asking anew ends what was asked before. Whoever waits
// for an answer looks at the signal it was given: aborted, the answer is nobody's any more.

export function latestOnly() {
  let asking = new AbortController();
  return {
    get signal() { return asking.signal; },
    begin() {
      asking.abort();
      asking = new AbortController();
      return asking.signal;
    },
    end() { asking.abort(); },
  };
}

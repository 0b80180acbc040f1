// Runs before everything else in the page and in its frames, and notes what the reader would notice. `WANTED` and `USABLE` are
// put in by the benchmark: expressions that give an element, or nothing.
(() => {
  const probe = (window.__probe = { tasks: [], shift: 0, paint: 0, seen: 0, clicked: 0, usable: 0 });
  const watch = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch("longtask", (entry) => probe.tasks.push(entry.duration));
  watch("layout-shift", (entry) => (probe.shift += entry.value));
  watch("paint", (entry) => (probe.paint ||= entry.startTime));
  const isVisible = (element) => {
    const box = element?.getBoundingClientRect();
    return !!box && box.width > 0 && box.height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const at = (moment) => performance.timeOrigin + moment;
  addEventListener("click", (event) => ((probe.clicked = at(event.timeStamp)), (probe.usable = 0)), true);
  const look = () => {
    try {
      if (!probe.seen && isVisible(WANTED())) probe.seen = performance.now();
      if (!probe.usable && isVisible(USABLE())) probe.usable = at(performance.now());
    } catch {}
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();

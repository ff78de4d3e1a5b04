// Charts: <div class="rc-chart" data-chart="KIND"> holds its figures as a JSON script, and is drawn
// when it is about to be seen: the library costs a phone more than the rest of the page. What draws
// is named by this script's own tag, and fetched for the first chart or the reader's first move.
(() => {
  const { library, kinds } = document.currentScript.dataset;
  const drawn = new Map(); // box → {chart, option, watcher}
  const NEAR = "200px";

  const fetched = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });

  let ready; // a promise, once it was asked for
  const load = () => {
    ready ??= Promise.all([fetched(library), fetched(kinds)]).catch((error) => {
      ready = undefined; // the next chart tries again
      throw error;
    });
    return ready;
  };
  const canDraw = () => window.echarts && window.chartKinds;

  const draw = (box) => {
    if (drawn.has(box) || !box.isConnected) return;
    seen.unobserve(box);
    const figures = JSON.parse(box.querySelector("script").textContent);
    const label = box.getAttribute("aria-label");
    const option = () => chartKinds[box.dataset.chart](figures, label);
    const stage = box.appendChild(document.createElement("div"));
    stage.className = "stage";
    const chart = echarts.init(stage, null, { renderer: "svg" });
    const watcher = new ResizeObserver(() => chart.resize());
    chart.setOption(option());
    chart.on("click", ({ data }) => {
      if (data?.dot?.note) location.assign(figures.address.replace("{note}", data.dot.note));
    });
    watcher.observe(stage);
    drawn.set(box, { chart, option, watcher });
  };

  const boxes = () => document.querySelectorAll("[data-chart]");
  const drawAll = () => {
    if (canDraw()) for (const box of boxes()) draw(box);
  };

  const seen = new IntersectionObserver(
    (entries) => {
      const near = entries.filter((entry) => entry.isIntersecting);
      if (near.length) load().then(() => near.forEach((entry) => draw(entry.target)), () => {});
    },
    { rootMargin: NEAR },
  );

  // What was taken from the page is let go; what came is watched until it is near.
  const look = () => {
    for (const [box, { chart, watcher }] of drawn) {
      if (box.isConnected) continue;
      watcher.disconnect();
      chart.dispose();
      drawn.delete(box);
    }
    for (const box of boxes()) if (!drawn.has(box)) seen.observe(box);
  };
  const redraw = () => {
    for (const { chart, option } of drawn.values()) chart.setOption(option(), true);
  };

  // What is drawn for a wide screen would be cut at the edge of the paper.
  const PAPER = 1000;
  addEventListener("beforeprint", () => {
    drawAll(); // those that nobody has come near
    for (const { chart } of drawn.values()) {
      chart.resize({ width: Math.min(chart.getWidth(), PAPER) });
      chart.getZr().refreshImmediately(); // the next frame would come too late
    }
  });
  addEventListener("afterprint", () => {
    for (const { chart } of drawn.values()) chart.resize({ width: "auto" });
  });

  look();
  if (new URLSearchParams(location.search).has("print")) load().then(drawAll, () => {});
  for (const move of ["pointermove", "pointerdown", "keydown", "scroll"]) {
    // paper can't wait for what is fetched
    addEventListener(move, () => boxes().length && load().catch(() => {}), { once: true, passive: true });
  }
  document.addEventListener("htmx:afterSwap", look);
  matchMedia("(max-width: 640px)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
})();

// The receipt beside the figure that asks for it: on a click, or where a mouse rests on it. Without
// this file its link shows it by :target.
(() => {
  const RESTS = 450; // ms; a mouse on its way elsewhere asks for nothing
  const LEAVES = 350; // ms, to reach the receipt from its figure
  const mouse = matchMedia("(hover: hover)");
  const wide = () => innerWidth > 640;
  let asked = null; // the figure last asked about: it gets the focus back
  let rested = false; // whether it was asked by resting: then the focus stays where it is
  let timer = null;

  const figureAt = (target) => target.closest?.('a.fig[hx-target="#receipt"]');
  const receipt = () => document.getElementById("receipt");

  const place = (box, by) => {
    if (!wide() || !by) return;
    const figure = by.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const left = figure.left - width - 14;
    const beside = left > 12 ? left : Math.min(figure.right + 14, innerWidth - width - 12);
    box.style.left = `${Math.max(12, beside)}px`;
    box.style.top = `${Math.max(12, Math.min(figure.top - 24, innerHeight - height - 12))}px`;
  };

  const show = () => {
    const box = receipt();
    if (!box || !box.childElementCount) return;
    box.showPopover();
    place(box, asked);
    if (!rested) box.querySelector("[data-close]").focus();
  };

  const ask = (figure) => {
    if (!figure.isConnected) return;
    rested = true;
    htmx.ajax("GET", figure.getAttribute("hx-get"), { source: figure, target: "#receipt" });
  };

  document.addEventListener("mouseover", ({ target }) => {
    const figure = figureAt(target);
    const inside = target.closest?.("#receipt");
    if (!mouse.matches || !wide() || (!figure && !inside && !rested)) return;
    clearTimeout(timer);
    const isShown = receipt()?.matches(":popover-open");
    if (figure && !(isShown && figure === asked)) timer = setTimeout(() => ask(figure), RESTS);
    else if (!figure && !inside && isShown) timer = setTimeout(leave, LEAVES);
  });
  const leave = () => {
    if (rested && receipt()?.matches(":popover-open")) receipt().hidePopover();
    rested = false;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id !== "receipt") return;
    asked = event.detail.elt;
    if (event.detail.requestConfig.triggeringEvent) rested = false;
    clearTimeout(timer);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id === "receipt" || event.detail.target?.id === "receipt") show();
  });
  // htmx copies the style of what it replaces, and the CSP refuses a style attribute.
  document.addEventListener("toggle", ({ target, newState }) => {
    if (target.id === "receipt" && newState === "closed") target.removeAttribute("style");
  }, true);
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.("#receipt [data-close]");
    if (!close || !close.closest(":popover-open")) return;
    event.preventDefault();
    receipt().hidePopover();
    asked?.focus();
  });
})();

// Light or dark, remembered on this device. Runs in <head>, before the first paint.
(() => {
  const root = document.documentElement;
  const kept = () => {
    try { return localStorage.getItem("theme"); } catch { return null; } // storage may be refused
  };
  const keep = (theme) => {
    try { localStorage.setItem("theme", theme); } catch { /* it holds until the page is left */ }
  };

  root.dataset.js = "";
  if (kept() === "dark") root.dataset.bsTheme = "dark";

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    keep(root.dataset.bsTheme);
  });
})();

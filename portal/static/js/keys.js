// A security key that was refused or not there is told on the page, not only to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const line of document.querySelectorAll("[data-key-trouble]")) line.hidden = false;
});

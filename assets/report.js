// Draws each figure when it can be seen, in the reader's colours; those in a closed fold when it is opened.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const ink = () => ({ "font.color": getComputedStyle(document.body).color });

function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
  figure.layout.font.color = ink()["font.color"];
  Plotly.newPlot(place, figure.data, figure.layout, { responsive: true, displayModeBar: false });
}

const all = () => document.querySelectorAll("[data-figure]");
const open = (place) => !place.closest("details:not([open])");

document.addEventListener("DOMContentLoaded", () => all().forEach((place) => open(place) && draw(place)));
document.addEventListener("toggle", () => all().forEach((place) => open(place) && draw(place)), true);
dark.addEventListener("change", () => all().forEach((place) => place.dataset.drawn && Plotly.relayout(place, ink())));
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((fold) => { fold.open = true; });
  all().forEach(draw);
});

// Without it all slides are seen; with it one, and a slider that chooses it.
for (const slider of document.querySelectorAll(".slider")) {
  const slides = slider.querySelectorAll(".slide"), chooser = slider.querySelector(".chooser");
  const range = chooser.querySelector("input"), told = chooser.querySelector("output");
  const show = () => slides.forEach((slide, i) => {
    slide.hidden = i != range.value;
    if (!slide.hidden) { told.textContent = slide.dataset.name;
      range.setAttribute("aria-valuetext", slide.dataset.name); }
  });
  chooser.hidden = slides.length < 2;
  range.addEventListener("input", show);
  show();
}

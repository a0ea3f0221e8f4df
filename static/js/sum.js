// The total of what is tapped, at once; without this module the next page shows it.
const shown = document.querySelector("[data-sum]");
const zero = shown.dataset.sum; // an amount of nothing, written as amounts are written here

function sum() {
  let minor = 0;
  for (const box of document.querySelectorAll("[data-price]")) {
    const input = box.querySelector("input");
    minor += Number(box.dataset.price) * (input.type === "checkbox" ? Number(input.checked) : Number(input.value) || 0);
  }
  const dinars = String(Math.floor(minor / 100)).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const cents = minor % 100 ? "," + String(minor % 100).padStart(2, "0") : "";
  const amount = document.createElement("span");
  amount.className = "num";
  amount.textContent = zero.replace("0", dinars + cents);
  shown.replaceChildren(amount);
}

document.addEventListener("click", () => setTimeout(sum));
document.addEventListener("change", () => setTimeout(sum));
addEventListener("pageshow", sum);

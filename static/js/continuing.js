// Says beside the box what cannot be right, while one types. The same rules hold on the server
// (payments.rules.guardians); the form works without this file. The sentences come with the page.
const THAI = "๐๑๒๓๔๕๖๗๘๙";
const digits = (text) =>
  text.replace(/[๐-๙]/g, (one) => THAI.indexOf(one)).replace(/[\s().-]/g, "");

const checkDigit = (number) => {
  const sum = [...number.slice(0, 12)].reduce((all, one, i) => all + Number(one) * (13 - i), 0);
  return Number(number[12]) === (11 - (sum % 11)) % 10;
};

// Each rule answers: the name of the sentence, and whether it is known before one has finished.
const RULES = {
  "national-id": (text) => {
    const number = digits(text).toUpperCase();
    if (!number) return null;
    if (number.startsWith("G")) return { code: "guardianGCode", now: true };
    if (/[^0-9]/.test(number)) return { code: "guardianIdWrong", now: true };
    if (number.length !== 13) return { code: "guardianIdLength", now: number.length > 13 };
    return number[0] === "9" || !checkDigit(number) ? { code: "guardianIdWrong", now: true } : null;
  },
  phone: (text) => {
    const number = digits(text).replace(/^\+66/, "0");
    if (!number) return null;
    const long = /^0[689]/.test(number) ? 10 : 9;
    const wrong = /[^0-9]/.test(number) || !/^0([2-9]|$)/.test(number) || number.length > long;
    if (wrong) return { code: "phoneWrong", now: true };
    return number.length < long ? { code: "phoneWrong", now: false } : null;
  },
  name: (text) => {
    const name = text.trim().replace(/\s+/g, " ");
    if (!name) return null;
    if (!/^[ก-ฮฯ-ูเ-๎A-Za-z.'\- ]+$/.test(name)) return { code: "nameLetters", now: true };
    if (name.split(" ").length < 2) return { code: "nameOneWord", now: false };
    const title = /^(นาย|นาง|น\.ส\.|เด็ก|ด\.[ชญ]\.|พระ|สามเณร|แม่ชี|ว่าที่|หม่อม|mr|mrs|miss|ms)/i;
    return title.test(name) ? null : { code: "nameNoTitle", now: false, advice: true };
  },
};

for (const box of document.querySelectorAll("input[data-check]")) {
  const field = box.closest(".field");
  const told = document.createElement("span");
  told.id = `${box.id}_typing`;
  told.setAttribute("role", "status");
  field.append(told);
  box.setAttribute("aria-describedby", `${box.getAttribute("aria-describedby") ?? ""} ${told.id}`.trim());
  const untouched = box.value;

  const tell = (finished) => {
    const fault = box.value === untouched ? null : RULES[box.dataset.check](box.value);
    const shown = fault && (fault.now || finished) ? fault : null;
    if (told.dataset.code === (shown?.code ?? "")) return;
    told.dataset.code = shown?.code ?? "";
    told.textContent = shown ? box.dataset[shown.code] : "";
    told.className = shown && !shown.advice ? "error" : "help";
    field.classList.toggle("wrong", Boolean(shown) && !shown.advice);
    box.setAttribute("aria-invalid", String(Boolean(shown) && !shown.advice));
    field.querySelector(`#${box.id}_error`)?.remove(); // what the server said of the text before
  };

  box.addEventListener("input", () => tell(false));
  box.addEventListener("change", () => tell(true));
}

// What belongs to another choice steps back: <div data-shown-for="name=value other">.
for (const part of document.querySelectorAll("[data-shown-for]")) {
  const [name, values] = part.dataset.shownFor.split("=");
  const form = part.closest("form");
  const show = () => {
    const chosen = form.querySelector(`input[name="${name}"]:checked`);
    part.hidden = !chosen || !values.split(" ").includes(chosen.value);
  };
  form.addEventListener("change", show);
  show();
}

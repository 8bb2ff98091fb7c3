// How pages are looked at where pictures are taken of them, and the longest names that there may be.

/** At which sizes. */
export const sizes = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** The longest names that there may be. */
export const long = {
  latin: "Wolfeschlegelsteinhausen",
  hangul: "강가를함께걷는사람들과오래오래이야기하는사람들아",
  roomLatin: "Donaudampfschiffahrtselektrizitaetenhaupt".slice(0, 40),
  roomHangul: "비오는토요일저녁에강가를함께걷고따뜻한차를마시며오래오래이야기하는모임입니다".slice(0, 40),
  topic: "Walks along the river, tea afterwards, and whatever comes to mind. 강가를 걷고 차를 마셔요. ".repeat(3).slice(0, 200),
};

/** Who looks: at which size, in which colours and language. */
export const looks = [
  { name: "Ana", size: "desktop", colorScheme: "light", locale: "en-GB" },
  { name: "다온", size: "phone", colorScheme: "dark", locale: "ko-KR" },
  { name: "나래", size: "desktop", colorScheme: "dark", locale: "ko-KR" },
  { name: "Noa", size: "phone", colorScheme: "light", locale: "en-GB" },
] as const;

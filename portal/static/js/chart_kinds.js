// What charts look like: a kind is a function from figures to ECharts options; everything shared
// stands in base(). Loaded by charts.js once a chart is to be drawn.
(() => {
  const narrow = () => innerWidth <= 640;
  const chinese = document.documentElement.lang.startsWith("zh");

  // A token's colour in the present theme: light-dark() is only resolved on an element.
  const css = (token) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${token})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };

  const yuan = (value) =>
    `¥${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  const short = (value) => {
    const [unit, word] = chinese ? [1e4, "万"] : [1e3, "K"];
    return value < unit ? value.toLocaleString("en-US") : `${+(value / unit).toFixed(1)}${word}`;
  };

  const base = (days, label) => ({
    animation: false,
    aria: { enabled: true, label: { description: label } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 0, right: 4, top: 48, bottom: 8, containLabel: true },
    legend: {
      left: 0, top: 0, padding: 0, itemWidth: 12, itemHeight: 8, selectedMode: false,
      textStyle: { color: css("--rc-ink-2"), fontSize: 12 },
    },
    tooltip: {
      trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" },
      backgroundColor: css("--rc-surface"), borderColor: css("--rc-line-2"), borderWidth: 1,
      textStyle: { color: css("--rc-ink"), fontSize: 12, lineHeight: 18 },
    },
    xAxis: [
      {
        type: "category", data: days.map((day) => `${day.label}\n${day.weekday}`),
        axisTick: { show: false }, axisLine: { lineStyle: { color: css("--rc-line-2") } },
        axisLabel: {
          color: css("--rc-ink-3"), fontSize: 12, lineHeight: 16,
          interval: Math.ceil(days.length / (narrow() ? 4 : 10)) - 1,
        },
      },
      { type: "category", data: days.map((day) => day.label), show: false }, // the band's own
    ],
    yAxis: [
      {
        splitNumber: 4, boundaryGap: [0, "12%"], // headroom for the band's word
        axisLabel: { color: css("--rc-ink-3"), fontSize: 12, formatter: short },
        splitLine: { lineStyle: { color: css("--rc-line") } },
      },
      { show: false, min: 0, max: 1 }, // for the band behind provisional days
    ],
  });

  // What each day cost and what came back; days whose window is still open are drawn so.
  const trend = ({ days, marks, words }, label) => {
    const option = base(days, label);
    const known = (value) => (value === null ? "—" : yuan(value));
    option.legend.data = [words.gmv, words.fee];
    option.tooltip.formatter = ([point]) => {
      const day = days[point.dataIndex];
      return [
        `${day.day} ${day.weekday}`, `${words.gmv}  ${known(day.gmv)}`,
        `${words.fee}  ${known(day.fee)}`, `${words.maturity} ${Math.floor(day.maturity * 100)}%`,
      ].join("\n");
    };
    option.series = [
      band(days, words.provisional), bars(days, words.gmv, "--rc-direct"), spend(days, words.fee),
    ];
    option.series[1].markLine = verticals(days, marks);
    return option;
  };

  // What people who had read a star task's notes bought on each day: money only, no spend beside it.
  const star = ({ days, marks, words }, label) => {
    const option = base(days, label);
    option.legend.data = [words.gmv];
    option.tooltip.formatter = ([point]) => {
      const day = days[point.dataIndex];
      return [
        `${day.day} ${day.weekday}`, `${words.gmv}  ${day.gmv === null ? "—" : yuan(day.gmv)}`,
        `${words.maturity} ${Math.floor(day.maturity * 100)}%`,
      ].join("\n");
    };
    option.series = [band(days, words.provisional), bars(days, words.gmv, "--rc-star")];
    option.series[1].markLine = verticals(days, marks);
    return option;
  };

  const band = (days, word) => ({
    type: "bar", xAxisIndex: 1, yAxisIndex: 1, barWidth: "100%", silent: true, z: 0,
    itemStyle: { color: css("--rc-warn-tint") }, tooltip: { show: false },
    data: days.map((day) => (day.provisional ? 1 : null)),
    markPoint: bandLabel(days.findIndex((day) => day.provisional), days.length, word),
  });

  const bandLabel = (first, count, word) => {
    const late = first > count * (narrow() ? 0.4 : 0.8);
    return {
      silent: true, symbol: "rect", symbolSize: 0,
      data: first < 0 ? [] : [{ coord: [late ? count - 1 : first, 1] }],
      label: {
        formatter: word, color: css("--rc-warn"), fontSize: 12, offset: [0, 12],
        align: count === 1 ? "center" : late ? "right" : "left",
      },
    };
  };

  const bars = (days, name, token) => {
    const whole = css(token);
    const open = { color: css(`${token}-tint`), borderColor: whole, borderType: [2, 2] };
    return {
      name, type: "bar", barWidth: "64%", barMaxWidth: 56, itemStyle: { color: whole },
      data: days.map((day) => ({
        value: day.gmv, ...(day.provisional && { itemStyle: { ...open, borderWidth: 1 } }),
      })),
    };
  };

  const spend = (days, name) => ({
    name, type: "line", symbol: "circle", symbolSize: 4, showSymbol: "auto", z: 4,
    itemStyle: { color: css("--rc-accent") }, lineStyle: { width: 1.75 },
    data: days.map((day) => day.fee),
  });

  const verticals = (days, marks) => ({
    silent: true, symbol: "none", lineStyle: { color: css("--rc-ink-2"), type: [3, 3], width: 1 },
    label: { position: "end", color: css("--rc-ink-2"), fontSize: 12 },
    data: marks
      .map(({ day, word }) => [days.findIndex((each) => each.day === day), word])
      .filter(([index]) => index >= 0)
      .map(([index, word]) => ({ xAxis: index, label: { formatter: word } })),
  });

  // Taps by people, one colour a system, and as a dashed line the programs that are left out.
  const SYSTEMS = [
    ["ios", "--rc-direct"], ["android", "--rc-direct-2"], ["harmony", "--rc-direct-3"],
    ["other", "--rc-line-2"],
  ];

  const taps = ({ days, words }, label) => {
    const option = base(days, label);
    option.xAxis.length = option.yAxis.length = 1;
    option.yAxis[0].minInterval = 1; // there is no half a tap
    option.tooltip.formatter = ([point]) => {
      const day = days[point.dataIndex];
      const lines = [...SYSTEMS.map(([system]) => system), "robots"];
      return [
        `${day.label} ${day.weekday}`,
        ...lines.map((line) => `${words[line]}  ${day[line].toLocaleString("en-US")}`),
      ].join("\n");
    };
    option.series = SYSTEMS.map(([system, token]) => ({
      name: words[system], type: "bar", stack: "people", barWidth: "60%", barMaxWidth: 40,
      itemStyle: { color: css(token) }, data: days.map((day) => day[system]),
    }));
    option.series.push({
      name: words.robots, type: "line", symbol: "none", itemStyle: { color: css("--rc-ink-3") },
      lineStyle: { width: 1.25, type: [3, 3] }, data: days.map((day) => day.robots),
    });
    return option;
  };

  // A panel for each metric, in it a bar for each phase; on a phone the panels stand one below
  // the other. A bar that may still rise is dashed; a phase without a figure has its word alone.
  const phases = ({ phases: names, panels, words }, label) => {
    const ink = { fontSize: 12, color: css("--rc-ink-2") };
    const place = (at) =>
      narrow()
        ? { left: 0, right: 8, top: `${at * 33 + 6}%`, height: "26%", containLabel: true }
        : {
            top: 28, bottom: 8, containLabel: true,
            left: `${[0, 38, 70][at]}%`, width: `${[36, 30, 30][at]}%`,
          };
    return {
      animation: false,
      aria: { enabled: true, label: { description: label } },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      tooltip: {
        ...base([], label).tooltip, trigger: "item", axisPointer: undefined,
        formatter: ({ seriesIndex, dataIndex }) => {
          const panel = panels[Math.floor(seriesIndex / 2)];
          return `${names[dataIndex]}\n${panel.title}  ${panel.bars[dataIndex].full}`;
        },
      },
      title: panels.map((panel, at) => ({
        text: panel.title, textStyle: { ...ink, fontWeight: 600 }, padding: 0,
        left: place(at).left, top: narrow() ? `${at * 33}%` : 0,
      })),
      grid: panels.map((panel, at) => place(at)),
      xAxis: panels.map((panel, at) => ({
        type: "value", gridIndex: at, show: false, min: 0, boundaryGap: [0, "32%"],
        max: ({ max }) => Math.max(max, panel.whole?.value ?? 0) * 1.35 || 1,
      })),
      yAxis: panels.map((panel, at) => ({
        type: "category", gridIndex: at, inverse: true, data: names,
        axisTick: { show: false }, axisLine: { lineStyle: { color: css("--rc-line-2") } },
        axisLabel: { show: narrow() || !at, ...ink },
      })),
      series: panels.flatMap((panel, at) => [
        phaseBars(panel, at, words, ink), phaseWords(panel, at),
      ]),
    };
  };

  const phaseBars = ({ title, token, bars: own, whole }, at, words, ink) => ({
    name: title, type: "bar", xAxisIndex: at, yAxisIndex: at, barWidth: "58%", barMaxWidth: 22,
    data: own.map(({ value, provisional }) => ({
      value,
      itemStyle: provisional
        ? {
            color: css(`${token}-tint`), borderColor: css(token), borderType: [2, 2],
            borderWidth: 1,
          }
        : { color: css(token) },
    })),
    label: {
      show: true, position: "right", ...ink, backgroundColor: css("--rc-surface"), padding: [1, 2],
      formatter: ({ dataIndex }) => own[dataIndex].text,
    },
    markLine: whole && {
      silent: true, z: 1, symbol: "none", lineStyle: { color: css("--rc-ink-2"), type: [3, 3], width: 1 },
      label: {
        position: "start", distance: 2, fontSize: 12, color: css("--rc-ink-2"),
        formatter: `${words.whole} ${whole.text}`,
      },
      data: [{ xAxis: whole.value }],
    },
  });

  // What is not known is no bar of length 0: its word stands where a bar would begin.
  const phaseWords = ({ bars: own }, at) => ({
    type: "scatter", xAxisIndex: at, yAxisIndex: at, symbolSize: 0, silent: true,
    data: own.map(({ value }, index) => (value === null ? [0, index] : null)).filter(Boolean),
    label: {
      show: true, position: "right", fontSize: 12, color: css("--rc-ink-3"),
      formatter: ({ value }) => own[value[1]].text,
    },
  });

  // Each note or star task a dot: filled when all its windows are over, light while it may rise,
  // hollow with too few orders to judge. Dashed lines join equal ROIs.
  const scatter = ({ dots, is_log: isLog, lines, total, words, colours }, label) => {
    const bounds = ["spend", "gmv"].map((side) => bound(dots.map((dot) => dot[side]), isLog));
    const axis = ([min, max], name) => ({
      type: isLog ? "log" : "value", min, max, name, nameLocation: "end",
      nameTextStyle: { color: css("--rc-ink-2"), fontSize: 12, align: "left" },
      axisTick: { show: false }, axisLine: { lineStyle: { color: css("--rc-line-2") } },
      axisLabel: { color: css("--rc-ink-3"), fontSize: 12, formatter: short, hideOverlap: true },
      splitLine: { lineStyle: { color: css("--rc-line") } },
    });
    const common = base([], label);
    return {
      ...common,
      grid: { ...common.grid, right: narrow() ? 52 : 72, top: 60, bottom: 24 },
      legend: { ...common.legend, data: KINDS.map((kind) => words[kind]) },
      tooltip: {
        ...common.tooltip, trigger: "item", axisPointer: undefined,
        formatter: ({ data: { dot } }) => [
          dot.name, `${words.spend}  ${yuan(dot.spend)}`, `${words.gmv}  ${yuan(dot.gmv)}`,
          `${words.roi}  ${dot.roi}`, `${words.order}  ${dot.orders}`,
          `${words.maturity} ${Math.floor(dot.maturity * 100)}%`,
        ].join("\n"),
      },
      xAxis: { ...axis(bounds[0], words.spend), nameLocation: "middle", nameGap: 26 },
      yAxis: axis(bounds[1], words.gmv),
      series: [
        ...lines.filter((roi) => isApart(roi, total))
          .map((roi) => ray(roi, `${words.roi} ${roi}`, bounds, [3, 3])),
        ...(total ? [ray(total, `${words.total} ${total.toFixed(2)}`, bounds, "solid")] : []),
        ...KINDS.map((kind) => cloud(dots, kind, words[kind], bounds[1][0], isLog, colours)),
      ],
    };
  };

  const isApart = (roi, total) => !total || Math.abs(Math.log(roi / total)) > Math.log(narrow() ? 3 : 1.5);
  const KINDS = ["closed", "open", "thin"];

  // From and to where an axis goes; a logarithmic one ends at powers and halves of ten.
  const bound = (values, isLog) => {
    const some = values.filter((value) => value > 0);
    const most = Math.max(...some, 1);
    if (!isLog) return [0, nice(most * 1.05)];
    const least = 10 ** Math.floor(Math.log10(Math.min(...some, most)));
    return [least, nice(most * 1.1)];
  };
  const nice = (value) => {
    const unit = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 3, 5, 10].map((step) => step * unit).find((step) => step >= value);
  };

  const ray = (roi, word, [[left, right], [bottom, top]], type) => {
    const from = Math.max(left, bottom / roi);
    const to = Math.min(right, top / roi);
    return {
      type: "line", silent: true, symbol: "none", z: 1, tooltip: { show: false },
      lineStyle: { color: css(type === "solid" ? "--rc-ink-2" : "--rc-ink-3"), type, width: 1 },
      data: from < to ? [[from, from * roi], [to, to * roi]] : [],
      labelLayout: { hideOverlap: true },
      endLabel: {
        show: true, formatter: word, fontSize: 12, distance: 4,
        color: css(type === "solid" ? "--rc-ink" : "--rc-ink-3"),
      },
    };
  };

  const cloud = (dots, kind, name, bottom, isLog, colours) => {
    const [colour, light] = colours.map(css);
    const fill = { closed: colour, open: light, thin: "transparent" }[kind];
    return {
      name, type: "scatter", symbolSize: 9, z: 3, cursor: "pointer",
      itemStyle: { color: fill, borderColor: colour, borderWidth: 1.25 },
      data: dots.filter((dot) => dot.kind === kind).map((dot) => ({
        value: [dot.spend, isLog ? Math.max(dot.gmv, bottom) : dot.gmv], dot,
      })),
    };
  };

  window.chartKinds = { phases, scatter, star, taps, trend };
})();

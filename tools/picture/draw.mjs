const [width, left, rowHeight, barHeight] = [760, 12, 76, 22];

/** Of the system's own fonts, since a picture in a page can load none. It follows the page's colours where the viewer tells them. */
const style = [
  'text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#24292f}.name{font-weight:600}.note{fill:#57606a}',
  '.kept{fill:#2da44e}.lost{fill:#cf222e}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}}',
].join('');

/**
 * What was acknowledged as a bar for each row, and in red how much of it is gone.
 * @param rows of docs/agent.json
 */
export function draw(rows) {
  const height = rows.length * rowHeight + 12;
  const [{ program = '' } = {}] = rows;
  const label = rows.map((row) => `${row.name}: ${told(row)}`).join('; ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${asText(`${program} ${label}`)}">`,
    `<style>${style}</style>`,
    ...rows.map((row, n) => drawRow(row, 12 + n * rowHeight)),
    '</svg>\n',
  ].join('\n');
}

function drawRow(row, y) {
  const { name, program, acknowledged, lost, undone } = row;
  const full = width - 2 * left;
  const share = acknowledged === 0 ? 0 : (lost + undone) / acknowledged;
  const gone = Math.round(full * Math.min(1, share));
  const bar = (x, size, kind) =>
    size > 0 ? `<rect x="${x}" y="${y + 8}" width="${size}" height="${barHeight}" class="${kind}"/>` : '';
  return [
    `<text x="${left}" y="${y}" class="name">${asText(`${program}, ${name}`)}</text>`,
    bar(left, full - gone, 'kept'),
    bar(left + full - gone, gone, 'lost'),
    `<text x="${left}" y="${y + barHeight + 24}" class="note">${asText(told(row))}</text>`,
  ].join('\n');
}

function told({ acknowledged, lost, undone, seedsLost, seconds, date }) {
  const parts = [
    `${acknowledged} changes acknowledged in a run of ${seconds} s`,
    `${lost} logins lost`,
    `${undone} logouts undone`,
    ...(seedsLost > 0 ? [`${seedsLost} logins of before lost`] : []),
  ];
  return `${parts.join(', ')} (${date})`;
}

function asText(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

import type { PageData } from '../data.js';
import { ExploreView } from './explore.js';
import { listen } from './live.js';
import { StressView } from './stress.js';

const page = document.getElementById('page');
const data: PageData = JSON.parse(document.getElementById('data')?.textContent ?? '');
const live = document.getElementById('live')?.textContent;
if (page !== null) {
  if (data.kind === 'explore') new ExploreView(page, data);
  else {
    const view = new StressView(page, data);
    if (live) listen(JSON.parse(live).events, page, view);
  }
}

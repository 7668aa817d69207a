// The script of the report page: draws each figure from the numbers embedded in the page, at the width it has.
import type { Figure, FigureData } from '../figure.ts';
import { calibrationCurve } from './calibration-curve.ts';
import { coefficients } from './coefficients.ts';
import { confusionMap } from './confusion-map.ts';
import { predictedAgainstActual } from './predicted-against-actual.ts';
import { residualHistogram, residuals } from './residuals.ts';
import { shareCurve } from './share-curve.ts';
import { trainingCurve } from './training-curve.ts';

type Drawing = SVGSVGElement | HTMLElement;

const figures: Figure[] = JSON.parse(document.getElementById('figures')?.textContent ?? '[]');
for (const figure of figures) {
  const place = document.querySelector<HTMLElement>(`[data-figure="${figure.id}"]`);
  if (place) keepDrawn(place, figure);
}

// Paper can't be clicked.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});

/** Draws `figure` in `place`, and again whenever the width of the place changes. */
function keepDrawn(place: HTMLElement, figure: Figure): void {
  label(place, figure);
  let drawnWidth = 0;
  const update = () => {
    const width = Math.floor(place.clientWidth);
    if (width === drawnWidth || width === 0) return;
    drawnWidth = width;
    place.replaceChildren(plain(draw(figure, width)));
  };
  update();
  new ResizeObserver(update).observe(place);
}

function draw(figure: FigureData, width: number): Drawing {
  switch (figure.kind) {
    case 'training-curve':
      return trainingCurve(figure, width);
    case 'predicted-against-actual':
      return predictedAgainstActual(figure, width);
    case 'residuals':
      return residuals(figure, width);
    case 'residual-histogram':
      return residualHistogram(figure, width);
    case 'share-curve':
      return shareCurve(figure, width);
    case 'calibration-curve':
      return calibrationCurve(figure, width);
    case 'coefficients':
      return coefficients(figure, width);
    case 'confusion-map':
      return confusionMap(figure, width);
  }
}

/** One image, and what it says: its marks are nothing to read one by one. */
function label(place: HTMLElement, { title, caption }: Figure): void {
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `${title}. ${caption}`);
}

function plain(drawing: Drawing): Drawing {
  // The page's policy forbids style elements but its own; what Plot puts here stands in the page's style sheet.
  for (const style of drawing.querySelectorAll('style')) style.remove();
  drawing.setAttribute('aria-hidden', 'true');
  return drawing;
}

export const FIRST_NAMES =
  'Ada Bruno Chiara Dario Elif Farid Greta Hugo Ines Jonas Kaya Lea Milan Nora Oscar Petra'.split(' ');
export const LAST_NAMES =
  'Almeida Berg Costa Dubois Ek Fontaine Gruber Horvat Ilves Jansen Kowalski Lind Moreau Novak Olsen Pavlov Rossi Santos'.split(
    ' ',
  );
export const COUNTRIES = 'AT BE DE ES FI FR IT NL PL PT SE'.split(' ');

export const SPECIALTIES = 'illustration photography animation typography sound modelling'.split(' ');
export const ADJECTIVES =
  'amber brisk calm dusky early faded gentle hollow ivory jagged kindred lucid misty northern opal quiet rustic silver tidal velvet'.split(
    ' ',
  );
export const SUBJECTS =
  'harbour orchard lantern meadow atlas compass feather glacier heron island kettle lagoon monsoon nocturne oasis prairie'.split(
    ' ',
  );
export const BRAND_ENDINGS = 'Works Studio Foods Outdoor Mobility Records Press Home'.split(' ');

export const MIME_TYPES = [
  'image/png',
  'image/jpeg',
  'video/mp4',
  'audio/flac',
  'font/woff2',
  'model/gltf-binary',
];

/** Is the catalogue: sections, each with its categories. */
export const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  Prints: ['Posters', 'Art Prints', 'Postcards', 'Calendars'],
  Digital: ['Fonts', 'Textures', 'Brushes', 'Sound Packs'],
  Home: ['Mugs', 'Cushions', 'Lamps', 'Clocks'],
  Wear: ['Shirts', 'Totes', 'Scarves', 'Pins'],
};

export const MESSAGES = [
  'The second draft is in the project.',
  'Could the colours be a little warmer?',
  'Looks great, we will take it.',
  'Which format does your printer need?',
  'The license covers the web only, print would be extra.',
  'Can we talk about the deadline tomorrow?',
  'I have uploaded the final files.',
  'Thank you, the team loves it.',
];

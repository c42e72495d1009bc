/** Random valid resources whose values clash on purpose. */
import type { Json } from './parameters.ts';
import type { Random } from './random.ts';
import { span } from './values.ts';

export const A = 'http://example.org/a';
export const B = 'http://example.org/b';
const UCUM = 'http://unitsofmeasure.org';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

/** How many of each type. */
export const COUNTS: Readonly<Record<string, number>> = {
  Organization: 16,
  Practitioner: 14,
  Group: 4,
  Patient: 50,
  Condition: 32,
  Encounter: 32,
  Specimen: 24,
  ServiceRequest: 30,
  MedicationRequest: 24,
  Observation: 110,
  DiagnosticReport: 26,
  RiskAssessment: 28,
  ValueSet: 16,
  StructureDefinition: 10,
  Task: 26,
};

/** Ids are the same in every type, so that a reference to the wrong type would be found. */
export function idOf(index: number): string {
  return index % 7 === 3 ? `X-${index}` : index % 7 === 5 ? `x.${index}` : `r${index}`;
}

export const CODES = ['x1', 'x2', 'x3', 'a,b|c$d\\e', '中'];
export const DATES = [
  '1900',
  '1999-12-31',
  '2023',
  '2023-12',
  '2023-12-31',
  '2023-12-31T16:00:00Z',
  '2023-12-31T23:59:59.999Z',
  '2024',
  '2024-01-01',
  '2024-01-01T00:00:00+08:00',
  '2024-02',
  '2024-02-28',
  '2024-02-28T16:00:00Z',
  '2024-02-29',
  '2024-02-29T00:00:00+08:00',
  '2024-02-29T00:00:00.000+08:00',
  '2024-02-29T08:30:00+08:00',
  '2024-02-29T08:30:00.250+08:00',
  '2024-02-29T00:30:00.25Z',
  '2024-02-29T08:30:59.999999+08:00',
  '2024-02-29T15:59:59Z',
  '2024-02-29T15:59:59.999Z',
  '2024-02-29T16:00:00Z',
  '2024-02-29T23:59:59+08:00',
  '2024-03',
  '2024-03-01',
  '2024-03-01T00:00:00+08:00',
  '2024-03-01T00:00:00-12:00',
  '2024-03-01T00:00:00.000+14:00',
  '2024-03-31',
  '2025',
  '2025-02-28',
  '2025-03-01',
  '9999-12-31',
  '1000-01-01',
];
export const MOMENTS = DATES.filter((date) => date.includes('T'));
export const DAYS = DATES.filter((date) => !date.includes('T'));
export const LATIN = [
  'Smith',
  'smith',
  'SMITHSON',
  'Smithers',
  'Müller',
  'Muller',
  'MÜLLERIN',
  'Zoë',
  'zoe',
  "O'Brien",
  'Anna Maria',
  'Anna',
  'Ångström',
  'Ｓｍｉｔｈ',
  'ＡＢＣ１２３',
  'abc',
  'a,b',
  '100%_x',
  'José',
  'Jose',
  'Nguyễn',
  'back\\slash',
  'x|y',
  '$5',
  'Mu\u0308ller',
  'É',
  `L${'o'.repeat(240)}ng`,
  `L${'o'.repeat(240)}st`,
];
export const CHINESE = [
  '张三',
  '张三丰',
  '李四',
  '欧阳',
  '欧阳修',
  '王',
  '小明',
  '王小明',
  '单雄信',
  '吕布',
  '阿依古丽·买买提',
  '張三',
  '𠮷野',
  '县医院',
  '县',
];
export const NUMBERS = [
  0, 0.5, 0.45, 0.55, 0.54, 0.545, 1, 1.5, 5, 5.4, 5.45, 5.5, 5.35, 50, 99.5, 100, 0.00054, 12.25,
];
export const URLS = [
  'http://example.org/vs/1',
  'http://example.org/vs/10',
  'http://example.org/VS/1',
  'http://example.org/vs',
  'urn:oid:1.2.3.4',
  'http://example.org/a,b|c$d',
  'http://example.org/编码',
  'http://example.org/q?x=1&y=2#z',
];
const AMOUNTS: readonly (readonly [number, string])[] = [
  [5.5, 'mmol/L'],
  [5500, 'umol/L'],
  [0.0055, 'mol/L'],
  [5.45, 'mmol/L'],
  [5.499, 'mmol/L'],
  [5450, 'umol/L'],
  [6, 'mmol/L'],
  [5.5, 'mg'],
  [5500, 'ug'],
  [0.0055, 'g'],
  [5, 'mg'],
  [0.1, 'g'],
  [100, 'mg'],
  [100.4, 'mg'],
  [0.3, 'mg'],
  [300, 'ug'],
  [1, 'g/L'],
  [100, 'mg/dL'],
  [1000, 'ug/mL'],
  [0.07, 'g/L'],
  [7, 'mg/dL'],
  [120, 'mm[Hg]'],
  [16, 'kPa'],
  [15.99864, 'kPa'],
  [37, 'Cel'],
  [37.5, 'Cel'],
  [310.15, 'K'],
  [310.65, 'K'],
  [-7.25, 'Cel'],
  [0, 'mg'],
  [0, 'mmol/L'],
];
const TIMES: readonly (readonly [number, string])[] = [
  [60, 'min'],
  [1, 'h'],
  [90, 'min'],
  [1.5, 'h'],
  [1, 'd'],
  [24, 'h'],
  [5400, 's'],
];
const AGES: readonly (readonly [number, string])[] = [
  [1, 'a'],
  [12, 'mo'],
  [18, 'a'],
  [40, 'a'],
  [6, 'mo'],
  [30, 'd'],
  [40.5, 'a'],
];

/** Makes one version of a resource; `of` says which other resources there are. */
export class Generator {
  readonly #r: Random;

  constructor(random: Random) {
    this.#r = random;
  }

  resource(type: string, id: string): Json {
    const make = this.#makers[type]!;
    return clean({ resourceType: type, id, meta: this.#r.maybe(0.5, () => this.#meta()), ...make() });
  }

  #meta(): Json {
    const r = this.#r;
    return {
      tag: r.maybe(0.6, () => [this.#coding(), ...(r.chance(0.3) ? [this.#coding()] : [])]),
      security: r.maybe(0.3, () => [this.#coding()]),
      profile: r.maybe(0.5, () =>
        r.some(['http://example.org/p', 'http://example.org/p2', 'http://example.org/P'], 2),
      ),
      source: r.maybe(0.3, () => r.pick(['urn:example:1', 'http://example.org/source#1'])),
    };
  }

  #coding(): Json {
    const r = this.#r;
    return {
      system: r.maybe(0.8, () => r.pick([A, B])),
      code: r.pick(CODES),
      display: r.maybe(0.2, () => this.#text()),
    };
  }

  #concept(): Json {
    const r = this.#r;
    if (r.chance(0.08)) return { text: 'x1' };
    return {
      coding: [this.#coding(), ...(r.chance(0.25) ? [this.#coding()] : [])],
      text: r.maybe(0.2, () => r.pick(LATIN)),
    };
  }

  /** Other codes than those of the whole (obs-7). */
  #componentCode(): Json {
    return {
      coding: [{ system: this.#r.maybe(0.8, () => this.#r.pick([A, B])), code: this.#r.pick(['c1', 'c2']) }],
    };
  }

  /** All that FHIR allows here. */
  #language(): Json {
    const r = this.#r;
    if (r.chance(0.2)) return { text: 'x1' };
    return { coding: [{ system: 'urn:ietf:bcp:47', code: r.pick(['zh', 'en', 'bo']) }] };
  }

  #concepts(): Json[] | undefined {
    return this.#r.maybe(0.6, () => [this.#concept(), ...(this.#r.chance(0.2) ? [this.#concept()] : [])]);
  }

  #identifier(): Json {
    const r = this.#r;
    return {
      type: r.maybe(0.3, () => ({
        coding: [{ system: r.pick([A, B]), code: r.pick(['MR', 'SB']) }],
        text: r.maybe(0.5, () => r.pick(['病案号', 'Record'])),
      })),
      system: r.maybe(0.8, () => r.pick(['urn:oid:1.2.3', 'urn:oid:1.2.4'])),
      value: r.pick(['001', '002', '003', 'A,1']),
    };
  }

  #identifiers(): Json[] | undefined {
    return this.#r.maybe(0.5, () => [
      this.#identifier(),
      ...(this.#r.chance(0.3) ? [this.#identifier()] : []),
    ]);
  }

  #reference(...types: string[]): Json {
    const r = this.#r;
    const type = r.pick(types);
    const id = r.chance(0.06) ? 'nowhere' : idOf(r.below(Math.min(COUNTS[type]!, 24)));
    const p = r.next();
    if (p < 0.05) return { identifier: this.#identifier() };
    if (p < 0.08) return { reference: `http://other.example/fhir/${type}/${id}` };
    if (p < 0.1) return { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' };
    if (p < 0.2) return { reference: `http://127.0.0.1:8080/fhir/${type}/${id}` };
    if (p < 0.25) return { reference: `${type}/${id}/_history/1` };
    return { reference: `${type}/${id}`, identifier: r.maybe(0.1, () => this.#identifier()) };
  }

  #references(most: number, ...types: string[]): Json[] | undefined {
    const made = Array.from({ length: this.#r.below(most + 1) }, () => this.#reference(...types));
    return made.length > 0 ? made : undefined;
  }

  /** People that resources are about: mostly patients, some groups with the ids of patients. */
  #subject(): Json {
    return this.#r.chance(0.12) ? this.#reference('Group') : this.#reference('Patient');
  }

  #period(): Json {
    const r = this.#r;
    const start = r.pick(DATES);
    const later = DATES.filter((end) => span(end).from >= span(start).to);
    const p = r.next();
    if (p < 0.2 || later.length === 0) return { start };
    if (p < 0.4) return { end: start };
    return { start, end: r.pick(later) };
  }

  /** `effectiveDateTime`, `effectivePeriod` or neither. */
  #when(element: string): Json {
    const p = this.#r.next();
    if (p < 0.15) return {};
    if (p < 0.75) return { [`${element}DateTime`]: this.#r.pick(DATES) };
    return { [`${element}Period`]: this.#period() };
  }

  #amount([value, code]: readonly [number, string]): Json {
    const r = this.#r;
    const p = r.next();
    if (p < 0.06) return { value, unit: code };
    if (p < 0.1) return { value, unit: '片', system: 'http://example.org/units', code: 'TAB' };
    if (p < 0.14) return { value };
    return {
      value,
      unit: r.maybe(0.7, () => code),
      system: UCUM,
      code,
      comparator: r.maybe(0.03, () => '<'),
    };
  }

  #text(): string {
    return this.#r.pick(this.#r.chance(0.5) ? CHINESE : LATIN);
  }

  #names(): Json[] | undefined {
    const r = this.#r;
    const name = () => {
      const p = r.next();
      if (p < 0.3) return { text: this.#text() };
      if (p < 0.6)
        return {
          family: r.pick(CHINESE.slice(0, 8)),
          given: r.maybe(0.7, () => r.pick([['小', '明'], ['三'], ['修']])),
        };
      return {
        family: r.pick(LATIN),
        given: r.some(LATIN, 2),
        prefix: r.maybe(0.1, () => ['Dr.']),
        text: r.maybe(0.2, () => this.#text()),
      };
    };
    return r.maybe(0.85, () => [name(), ...(r.chance(0.2) ? [name()] : [])]);
  }

  #addresses(...uses: string[]): Json[] | undefined {
    const r = this.#r;
    return r.maybe(0.4, () => [
      {
        use: r.maybe(0.5, () => r.pick(['work', 'old', ...uses])),
        line: r.maybe(0.4, () => [r.pick(['Main Street 5', 'main', '武当山路'])]),
        city: r.maybe(0.6, () => r.pick(['Berlin', 'BERN', '十堰市', 'Zürich'])),
        state: r.maybe(0.3, () => r.pick(['湖北省', 'Bern'])),
        postalCode: r.maybe(0.4, () => r.pick(['442000', '4420', '10115'])),
        country: r.maybe(0.3, () => r.pick(['CN', 'cn', 'DE'])),
      },
    ]);
  }

  #telecoms(): Json[] | undefined {
    const r = this.#r;
    return r.maybe(0.4, () => [
      { system: r.pick(['phone', 'email']), value: r.pick(['13800000000', 'a@example.org']) },
    ]);
  }

  #boolean(): boolean | undefined {
    return this.#r.maybe(0.6, () => this.#r.chance(0.5));
  }

  readonly #makers: Readonly<Record<string, () => Json>> = {
    Organization: () => ({
      identifier: this.#identifiers(),
      active: this.#boolean(),
      type: this.#concepts(),
      name: this.#text(),
      alias: this.#r.maybe(0.2, () => [this.#text()]),
      address: this.#addresses(),
      partOf: this.#r.maybe(0.6, () => this.#reference('Organization')),
    }),
    Practitioner: () => ({
      identifier: this.#identifiers(),
      active: this.#boolean(),
      name: this.#names(),
      telecom: this.#telecoms(),
      address: this.#addresses('home'),
      gender: this.#r.maybe(0.7, () => this.#r.pick(['male', 'female'])),
      communication: this.#r.maybe(0.6, () => [this.#language()]),
    }),
    Group: () => ({ type: this.#r.pick(['person', 'animal']), actual: this.#r.chance(0.5) }),
    Patient: () => ({
      identifier: this.#identifiers(),
      active: this.#boolean(),
      name: this.#names(),
      telecom: this.#telecoms(),
      gender: this.#r.maybe(0.7, () => this.#r.pick(['male', 'female', 'other'])),
      birthDate: this.#r.maybe(0.8, () => this.#r.pick(DAYS)),
      ...this.#r.pick([
        {},
        {},
        { deceasedBoolean: false },
        { deceasedBoolean: true },
        { deceasedDateTime: this.#r.pick(DATES) },
      ]),
      address: this.#addresses('home'),
      communication: this.#r.maybe(0.3, () => [{ language: this.#language() }]),
      generalPractitioner: this.#references(2, 'Practitioner', 'Organization'),
      managingOrganization: this.#r.maybe(0.6, () => this.#reference('Organization')),
      link: this.#r.maybe(0.2, () => [{ other: this.#reference('Patient'), type: 'seealso' }]),
    }),
    Condition: () => ({
      identifier: this.#identifiers(),
      clinicalStatus: {
        coding: [
          { system: `${TERMINOLOGY}/condition-clinical`, code: this.#r.pick(['inactive', 'resolved']) },
        ],
      },
      verificationStatus: this.#r.maybe(0.5, () => ({
        coding: [
          { system: `${TERMINOLOGY}/condition-ver-status`, code: this.#r.pick(['confirmed', 'provisional']) },
        ],
      })),
      category: this.#concepts(),
      severity: this.#r.maybe(0.3, () => this.#concept()),
      code: this.#r.maybe(0.8, () => this.#concept()),
      bodySite: this.#concepts(),
      subject: this.#subject(),
      encounter: this.#r.maybe(0.5, () => this.#reference('Encounter')),
      ...this.#r.pick([
        () => this.#when('onset'),
        () => ({ onsetAge: this.#age() }),
        () => ({ onsetRange: this.#ages() }),
        () => ({ onsetString: this.#text() }),
      ])(),
      ...this.#r.pick([
        () => this.#when('abatement'),
        () => ({ abatementString: this.#text() }),
        () => ({}),
      ])(),
      recordedDate: this.#r.maybe(0.6, () => this.#r.pick(DATES)),
      asserter: this.#r.maybe(0.5, () => this.#reference('Patient', 'Practitioner')),
      evidence: this.#r.maybe(0.3, () => [
        { code: [this.#concept()], detail: this.#references(2, 'Observation', 'DiagnosticReport') },
      ]),
    }),
    Encounter: () => ({
      identifier: this.#identifiers(),
      status: this.#r.pick(['planned', 'finished', 'in-progress']),
      class: this.#coding(),
      type: this.#concepts(),
      subject: this.#r.maybe(0.9, () => this.#subject()),
      basedOn: this.#references(1, 'ServiceRequest'),
      participant: this.#r.maybe(0.5, () => [{ individual: this.#reference('Practitioner') }]),
      period: this.#r.maybe(0.85, () => this.#period()),
      length: this.#r.maybe(0.6, () => this.#duration()),
      reasonCode: this.#concepts(),
      diagnosis: this.#r.maybe(0.4, () => [{ condition: this.#reference('Condition') }]),
      location: this.#r.maybe(0.3, () => [
        { location: { display: 'x' }, period: this.#period() },
        { location: { display: 'y' }, period: this.#period() },
      ]),
      serviceProvider: this.#r.maybe(0.5, () => this.#reference('Organization')),
      partOf: this.#r.maybe(0.3, () => this.#reference('Encounter')),
    }),
    Specimen: () => ({
      identifier: this.#identifiers(),
      accessionIdentifier: this.#r.maybe(0.5, () => this.#identifier()),
      status: this.#r.maybe(0.8, () => this.#r.pick(['available', 'unavailable'])),
      type: this.#r.maybe(0.7, () => this.#concept()),
      subject: this.#r.maybe(0.9, () => this.#subject()),
      parent: this.#references(2, 'Specimen'),
      collection: this.#r.maybe(0.8, () => ({
        collector: this.#r.maybe(0.5, () => this.#reference('Practitioner')),
        ...this.#when('collected'),
        bodySite: this.#r.maybe(0.5, () => this.#concept()),
      })),
      container: this.#r.maybe(0.4, () => [
        { identifier: this.#identifiers(), type: this.#r.maybe(0.5, () => this.#concept()) },
      ]),
    }),
    ServiceRequest: () => ({
      identifier: this.#identifiers(),
      instantiatesUri: this.#r.maybe(0.4, () => [this.#r.pick(URLS)]),
      basedOn: this.#references(2, 'ServiceRequest', 'MedicationRequest'),
      replaces: this.#references(1, 'ServiceRequest'),
      requisition: this.#r.maybe(0.4, () => this.#identifier()),
      status: this.#r.pick(['active', 'completed', 'draft']),
      intent: this.#r.pick(['order', 'plan']),
      category: this.#concepts(),
      priority: this.#r.maybe(0.5, () => this.#r.pick(['routine', 'urgent'])),
      code: this.#r.maybe(0.8, () => this.#concept()),
      subject: this.#subject(),
      encounter: this.#r.maybe(0.5, () => this.#reference('Encounter')),
      ...(this.#r.chance(0.3) ? { occurrenceTiming: this.#timing() } : this.#when('occurrence')),
      authoredOn: this.#r.maybe(0.8, () => this.#r.pick(DATES)),
      requester: this.#r.maybe(0.6, () => this.#reference('Practitioner', 'Organization', 'Patient')),
      performer: this.#references(2, 'Practitioner', 'Organization'),
      specimen: this.#references(1, 'Specimen'),
    }),
    MedicationRequest: () => ({
      identifier: this.#identifiers(),
      status: this.#r.pick(['active', 'completed']),
      intent: this.#r.pick(['order', 'plan']),
      category: this.#concepts(),
      priority: this.#r.maybe(0.5, () => this.#r.pick(['routine', 'urgent'])),
      medicationCodeableConcept: this.#concept(),
      subject: this.#subject(),
      encounter: this.#r.maybe(0.4, () => this.#reference('Encounter')),
      authoredOn: this.#r.maybe(0.8, () => this.#r.pick(DATES)),
      requester: this.#r.maybe(0.6, () => this.#reference('Practitioner', 'Organization', 'Patient')),
      dosageInstruction: this.#r.maybe(0.6, () => [
        { timing: { event: [this.#r.pick(DATES), this.#r.pick(DATES)] } },
      ]),
      dispenseRequest: this.#r.maybe(0.3, () => ({ performer: this.#reference('Organization') })),
    }),
    Observation: () => ({
      identifier: this.#identifiers(),
      status: this.#r.pick(['final', 'preliminary', 'amended']),
      category: this.#concepts(),
      code: this.#concept(),
      subject: this.#r.maybe(0.9, () => this.#subject()),
      encounter: this.#r.maybe(0.4, () => this.#reference('Encounter')),
      ...(this.#r.chance(0.08) ? { effectiveInstant: this.#r.pick(MOMENTS) } : this.#when('effective')),
      performer: this.#references(2, 'Practitioner', 'Organization', 'Patient'),
      ...this.#r.pick([
        () => ({ valueQuantity: this.#amount(this.#r.pick(AMOUNTS)) }),
        () => ({ valueQuantity: this.#amount(this.#r.pick(AMOUNTS)) }),
        () => ({ valueQuantity: this.#amount(this.#r.pick(AMOUNTS)) }),
        () => ({ valueCodeableConcept: this.#concept() }),
        () => ({ valueString: this.#text() }),
        () => ({ valueDateTime: this.#r.pick(DATES) }),
        () => ({ valuePeriod: this.#period() }),
        () => ({ dataAbsentReason: this.#concept() }),
        () => ({}),
      ])(),
      method: this.#r.maybe(0.3, () => this.#concept()),
      specimen: this.#r.maybe(0.4, () => this.#reference('Specimen')),
      hasMember: this.#references(1, 'Observation'),
      derivedFrom: this.#references(1, 'Observation'),
      component: this.#r.maybe(0.3, () => [
        { code: this.#componentCode(), valueQuantity: this.#amount(this.#r.pick(AMOUNTS)) },
        {
          code: this.#componentCode(),
          ...this.#r.pick([
            () => ({}),
            () => ({ valueQuantity: this.#amount(this.#r.pick(AMOUNTS)) }),
            () => ({ valueQuantity: this.#amount(this.#r.pick(AMOUNTS)) }),
            () => ({ valueCodeableConcept: this.#concept() }),
          ])(),
        },
      ]),
    }),
    DiagnosticReport: () => ({
      identifier: this.#identifiers(),
      basedOn: this.#references(1, 'ServiceRequest', 'MedicationRequest'),
      // A published one would not be changed at random.
      status: this.#r.pick(['preliminary', 'partial']),
      category: this.#concepts(),
      code: this.#concept(),
      subject: this.#r.maybe(0.9, () => this.#subject()),
      encounter: this.#r.maybe(0.4, () => this.#reference('Encounter')),
      ...this.#when('effective'),
      issued: this.#r.maybe(0.7, () => this.#r.pick(MOMENTS)),
      performer: this.#references(2, 'Practitioner', 'Organization'),
      resultsInterpreter: this.#references(1, 'Practitioner', 'Organization'),
      specimen: this.#references(2, 'Specimen'),
      result: this.#references(3, 'Observation'),
      conclusionCode: this.#concepts(),
    }),
    RiskAssessment: () => ({
      identifier: this.#identifiers(),
      status: 'final',
      method: this.#r.maybe(0.4, () => this.#concept()),
      subject: this.#subject(),
      encounter: this.#r.maybe(0.4, () => this.#reference('Encounter')),
      occurrenceDateTime: this.#r.maybe(0.7, () => this.#r.pick(DATES)),
      condition: this.#r.maybe(0.4, () => this.#reference('Condition')),
      performer: this.#r.maybe(0.4, () => this.#reference('Practitioner')),
      prediction: this.#r.maybe(0.85, () => {
        const one = () => ({
          probabilityDecimal: this.#r.pick(NUMBERS),
          qualitativeRisk: this.#r.maybe(0.4, () => this.#concept()),
        });
        return [one(), ...(this.#r.chance(0.25) ? [one()] : [])];
      }),
    }),
    ValueSet: () => ({
      ...this.#conformance(),
      url: this.#r.maybe(0.85, () => this.#r.pick(URLS)),
      identifier: this.#identifiers(),
      compose: this.#r.maybe(0.5, () => ({
        include: [
          { system: this.#r.pick([A, B]), concept: [{ code: this.#r.pick(['x1', 'x2']) }, { code: 'x3' }] },
        ],
      })),
    }),
    StructureDefinition: () => ({
      ...this.#conformance(),
      url: this.#r.pick(['http://example.org/sd/1', 'http://example.org/sd/2', 'http://example.org/SD/1']),
      name: this.#r.pick(['ExampleOne', 'Exempli', 'example']),
      identifier: this.#identifiers(),
      experimental: this.#boolean(),
      kind: 'resource',
      abstract: this.#r.chance(0.3),
      type: 'Patient',
      baseDefinition: this.#r.pick([
        'http://example.org/sd/1',
        'http://example.org/sd/2|1.0',
        'http://example.org/sd/2|1.0.3',
        'http://example.org/sd/2|1.00',
        'http://hl7.org/fhir/StructureDefinition/Patient',
      ]),
      // Not a constraint: a profile whose base nobody knows would be refused.
      derivation: 'specialization',
      differential: { element: [{ id: 'Patient', path: 'Patient' }] },
    }),
    Task: () => ({
      identifier: this.#identifiers(),
      basedOn: this.#references(1, 'ServiceRequest', 'Patient'),
      groupIdentifier: this.#r.maybe(0.3, () => this.#identifier()),
      partOf: this.#references(1, 'Task'),
      status: this.#r.pick(['requested', 'completed', 'in-progress']),
      businessStatus: this.#r.maybe(0.4, () => this.#concept()),
      intent: this.#r.pick(['order', 'plan']),
      priority: this.#r.maybe(0.5, () => this.#r.pick(['routine', 'urgent'])),
      code: this.#r.maybe(0.7, () => this.#concept()),
      focus: this.#r.maybe(0.7, () =>
        this.#reference('Observation', 'ServiceRequest', 'Patient', 'DiagnosticReport'),
      ),
      for: this.#r.maybe(0.8, () => this.#subject()),
      encounter: this.#r.maybe(0.4, () => this.#reference('Encounter')),
      executionPeriod: this.#r.maybe(0.5, () => this.#period()),
      ...this.#r.pick([{ authoredOn: this.#r.pick(DATES) }, { lastModified: this.#r.pick(DATES) }, {}]),
      requester: this.#r.maybe(0.5, () => this.#reference('Practitioner', 'Organization', 'Patient')),
      performerType: this.#concepts(),
      owner: this.#r.maybe(0.5, () => this.#reference('Practitioner', 'Organization')),
    }),
  };

  #conformance(): Json {
    const r = this.#r;
    return {
      useContext: r.maybe(0.5, () => [this.#context(), ...(r.chance(0.5) ? [this.#context()] : [])]),
      version: r.maybe(0.5, () => r.pick(['1.0', '2.0'])),
      name: r.maybe(0.7, () => r.pick(['ExampleOne', 'Exempli', 'example'])),
      title: r.maybe(0.5, () => this.#text()),
      status: r.pick(['draft', 'active']),
      date: r.maybe(0.7, () => r.pick(DATES)),
      publisher: r.maybe(0.4, () => this.#text()),
      description: r.maybe(0.4, () => r.pick(['Some *markdown* text', '说明：编码', 'some'])),
      jurisdiction: this.#concepts(),
    };
  }

  #context(): Json {
    const r = this.#r;
    return {
      code: { system: r.pick([A, B]), code: r.pick(['x1', 'x2']) },
      ...r.pick([
        () => ({ valueCodeableConcept: this.#concept() }),
        () => ({ valueQuantity: this.#age() }),
        () => ({ valueRange: this.#ages() }),
      ])(),
    };
  }

  #timing(): Json {
    const r = this.#r;
    return r.chance(0.5)
      ? { event: [r.pick(DATES), ...r.some(DATES, 2)] }
      : { repeat: { boundsPeriod: this.#period(), frequency: 1, period: 1, periodUnit: 'd' } };
  }

  #duration(): Json {
    const [value, code] = this.#r.pick(TIMES);
    return { value, unit: code, system: UCUM, code };
  }

  #age(): Json {
    const [value, code] = this.#r.pick(AGES);
    return { value, unit: code, system: UCUM, code };
  }

  #ages(): Json {
    const of = (value: number) => ({ value, unit: 'a', system: UCUM, code: 'a' });
    return this.#r.pick([
      { low: of(18) },
      { high: of(40) },
      { low: of(18), high: of(40) },
      { low: of(40), high: of(40) },
    ]);
  }
}

/** Without what is not there: FHIR knows no empty elements. */
function clean(value: Json): Json {
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value)
    .map(([key, part]) => [key, part === undefined ? undefined : clean(part)] as const)
    .filter(([, part]) => part !== undefined);
  if (kept.length === 0) return undefined;
  return Array.isArray(value) ? kept.map(([, part]) => part) : Object.fromEntries(kept);
}

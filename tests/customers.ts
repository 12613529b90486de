/**
 * Customers as a field team has them: Latin names, accents, Chinese, Japanese and Korean ones, each
 * with an address of its own. The same seed gives the same customers on every machine, so a test or a
 * figure of the bench can be repeated.
 */

export interface GeneratedCustomer {
  readonly name: string;
  readonly company: string;
  readonly title: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
  readonly country: string;
  readonly website: string;
  readonly stage: 'lead' | 'active' | 'dormant' | 'lost';
  readonly owner: string;
  readonly tags: readonly string[];
  readonly source: string;
  readonly notes: string;
}

/** E-mail, phone and website carry the customer's number, so no two customers share one. */
export function generateCustomers(count: number, seed = 1): GeneratedCustomer[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => generateCustomer(random, index));
}

function generateCustomer(random: Random, index: number): GeneratedCustomer {
  const place = random.weighted(places);
  const family = random.pick(place.family);
  const given = random.pick(place.given);
  const name = nameIn(place, family.written, given.written, random);
  const trade = random.pick(place.trades);
  const company = place.familyFirst
    ? `${random.pick(place.cities).name}${family.written}${trade}`
    : `${family.written} ${trade}`;
  const city = random.pick(place.cities);
  const handle = `${given.ascii}.${family.ascii}`;
  const number = String(index + 1);
  const stage = random.number(100);
  return {
    name,
    company,
    title: random.pick(place.titles),
    email: `${handle}.${number}@${family.ascii}.example`,
    phone: `${place.dial}${number.padStart(place.digits, '0')}`,
    street: place.familyFirst
      ? `${random.pick(place.streets)}${1 + random.number(399)}号`
      : `${1 + random.number(399)} ${random.pick(place.streets)}`,
    city: city.name,
    postalCode:
      city.postal +
      String(random.number(10 ** (5 - city.postal.length))).padStart(5 - city.postal.length, '0'),
    country: place.country,
    website: `https://${family.ascii}-${number}.example`,
    stage: stage < 40 ? 'active' : stage < 75 ? 'lead' : stage < 92 ? 'dormant' : 'lost',
    owner: random.pick(owners),
    tags: random.some(tags, random.number(4)),
    source: random.pick(sources),
    notes: random.some(sentences, 1 + random.number(3)).join(' '),
  };
}

/** Half the people have a middle initial, a second family name or a second character, as their country has it. */
function nameIn(place: Place, family: string, given: string, random: Random): string {
  if (random.number(2) === 0) return place.familyFirst ? family + given : `${given} ${family}`;
  switch (place.second) {
    case 'initial':
      return `${given} ${random.pick('ABCDEFGHJKLMNPRSTVW'.split(''))}. ${family}`;
    case 'family':
      return `${given} ${family} ${random.pick(place.family).written}`;
    case 'hyphen':
      return `${given} ${family}-${random.pick(place.family).written}`;
    case 'character':
      return family + given.slice(0, 1) + random.pick(place.given).written.slice(0, 1);
  }
}

/** The header matches the catalogue's labels; an address takes four columns. */
const columns: readonly (readonly [string, (customer: GeneratedCustomer) => string])[] = [
  ['Name', (customer) => customer.name],
  ['Company', (customer) => customer.company],
  ['Job title', (customer) => customer.title],
  ['Email', (customer) => customer.email],
  ['Phone', (customer) => customer.phone],
  ['Street', (customer) => customer.street],
  ['City', (customer) => customer.city],
  ['Postal code', (customer) => customer.postalCode],
  ['Country', (customer) => customer.country],
  ['Website', (customer) => customer.website],
  ['Stage', (customer) => customer.stage],
  ['Owner', (customer) => customer.owner],
  ['Tags', (customer) => customer.tags.join(', ')],
  ['Source', (customer) => customer.source],
  ['Notes', (customer) => customer.notes],
];

export function customersToCsv(
  customers: readonly GeneratedCustomer[],
  delimiter: ',' | ';' | '\t' = ',',
): string {
  const header = columns.map(([label]) => label);
  const rows = customers.map((customer) => columns.map(([, cell]) => cell(customer)));
  return rowsToCsv([header, ...rows], delimiter);
}

/** RFC 4180: a cell is quoted where it has to be. */
export function rowsToCsv(
  rows: readonly (readonly string[])[],
  delimiter: ',' | ';' | '\t' = ',',
): string {
  return rows
    .map((row) => row.map((cell) => quoted(cell, delimiter)).join(delimiter) + '\r\n')
    .join('');
}

function quoted(cell: string, delimiter: string): string {
  const plain = !cell.includes(delimiter) && !/["\r\n]/.test(cell);
  return plain ? cell : `"${cell.replaceAll('"', '""')}"`;
}

export interface Random {
  /** An integer from 0 up to `below`, that itself excluded. */
  number(below: number): number;
  pick<T>(list: readonly T[]): T;
  some<T>(list: readonly T[], count: number): T[];
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T;
}

/** A 32-bit generator (xorshift with a Weyl sequence): not for secrets, only for repeatable tests. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  let weyl = 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weyl = (weyl + 0x6d2b79f5) | 0;
    return (state + weyl) >>> 0;
  };
  for (let warmUp = 0; warmUp < 8; warmUp += 1) next();
  const number = (below: number): number => Math.floor((next() / 2 ** 32) * below);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[number(list.length)];
    if (item === undefined) throw new Error('Nothing to pick from');
    return item;
  };
  return {
    number,
    pick,
    some(list, count) {
      const rest = [...list];
      return Array.from({ length: Math.min(count, rest.length) }, () => {
        const [item] = rest.splice(number(rest.length), 1);
        if (item === undefined) throw new Error('Nothing to pick from');
        return item;
      });
    },
    weighted(list) {
      let left = number(list.reduce((sum, item) => sum + item.weight, 0));
      for (const item of list) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return pick(list);
    },
  };
}

interface Written {
  readonly written: string;
  readonly ascii: string;
}

interface Place {
  readonly weight: number;
  readonly country: string;
  readonly familyFirst: boolean;
  readonly second: 'initial' | 'family' | 'hyphen' | 'character';
  readonly dial: string;
  /** How many digits of the phone number the customer's own number takes. */
  readonly digits: number;
  readonly given: readonly Written[];
  readonly family: readonly Written[];
  readonly cities: readonly { readonly name: string; readonly postal: string }[];
  readonly streets: readonly string[];
  readonly trades: readonly string[];
  readonly titles: readonly string[];
}

/** `Müller=mueller Grant`: as it is written, and as it stands in an e-mail address. */
function names(text: string): Written[] {
  return text.split(' ').map((entry) => {
    const [written = '', ascii = written.toLowerCase()] = entry.split('=');
    return { written: written.replaceAll('_', ' '), ascii };
  });
}

function cities(text: string): { name: string; postal: string }[] {
  return text.split(' ').map((entry) => {
    const [name = '', postal = ''] = entry.split(':');
    return { name: name.replaceAll('_', ' '), postal };
  });
}

const europeanTitles = [
  'Managing director',
  'Purchasing manager',
  'Owner',
  'Head of operations',
  'Site engineer',
  'Accountant',
];

const places: readonly Place[] = [
  {
    weight: 30,
    country: 'United Kingdom',
    familyFirst: false,
    second: 'initial',
    dial: '+44207',
    digits: 7,
    given: names(
      'Alice Amelia Charlotte Eleanor Florence Grace Harriet Imogen Isla Lucy Olivia Rosie Arthur Benjamin Callum Daniel Edward Finlay George Harry Isaac Oliver Samuel Theodore',
    ),
    family: names(
      "Ashworth Barker Caldwell Dawson Ellison Fairbairn Grant Hargreaves Ingham Jardine Kendrick Lockhart Mercer Norris O'Connor=oconnor Pemberton Quigley Radcliffe Sinclair Thornton Underhill Vaughan Whitaker Yardley",
    ),
    cities: cities('London:EC Leeds:LS Bristol:BS Glasgow:G Cardiff:CF Norwich:NR'),
    streets: ['Mill Lane', 'Station Road', 'Church Street', 'Harbour View', 'Albert Terrace'],
    trades: ['Joinery', 'Marine Supplies', 'Farms Ltd', '& Sons', 'Instruments', 'Textiles plc'],
    titles: europeanTitles,
  },
  {
    weight: 20,
    country: 'Germany',
    familyFirst: false,
    second: 'hyphen',
    dial: '+4930',
    digits: 8,
    given: names(
      'Anneliese Björn=bjoern Dörte=doerte Felix Greta Günter=guenter Hannelore Jörg=joerg Käthe=kaethe Leonie Matthias Sören=soeren Ulrike Wolfgang',
    ),
    family: names(
      'Bäcker=baecker Brüggemann=brueggemann Dietrich Faßbender=fassbender Großmann=grossmann Hölscher=hoelscher Jürgens=juergens Köhler=koehler Lüdtke=luedtke Müller=mueller Neumann Schäfer=schaefer Weiß=weiss Zöllner=zoellner',
    ),
    cities: cities('Berlin:10 Köln:50 München:80 Düsseldorf:40 Lübeck:23'),
    streets: ['Lindenstraße', 'Am Hafen', 'Goethestraße', 'Mühlenweg', 'Bahnhofsallee'],
    trades: ['GmbH', 'Maschinenbau AG', '& Söhne KG', 'Getränkehandel', 'Baustoffe GmbH'],
    titles: ['Geschäftsführerin', 'Einkauf', 'Inhaber', 'Werksleiter', 'Buchhaltung'],
  },
  {
    weight: 20,
    country: 'Spain',
    familyFirst: false,
    second: 'family',
    dial: '+3491',
    digits: 7,
    given: names(
      'Adrián=adrian Álvaro=alvaro Begoña=begona Concepción=concepcion Íñigo=inigo Jesús=jesus José_María=josemaria Lucía=lucia María_Ángeles=mariaangeles Martín=martin Núria=nuria Raúl=raul Sofía=sofia Víctor=victor',
    ),
    family: names(
      'Álvarez=alvarez Benítez=benitez Castaño=castano Domínguez=dominguez Echeverría=echeverria Fernández=fernandez Gómez=gomez Ibáñez=ibanez López=lopez Muñoz=munoz Núñez=nunez Peña=pena Rodríguez=rodriguez Zúñiga=zuniga',
    ),
    cities: cities('Madrid:28 Barcelona:08 Cádiz:11 Málaga:29 A_Coruña:15'),
    streets: ['Calle Mayor', 'Avenida de la Constitución', 'Plaza de España', 'Paseo Marítimo'],
    trades: ['e Hijos S.L.', 'Construcciones', 'Pesquerías S.A.', 'Diseño', 'Viñedos'],
    titles: ['Directora general', 'Compras', 'Propietario', 'Jefa de obra', 'Contabilidad'],
  },
  {
    weight: 10,
    country: 'Poland',
    familyFirst: false,
    second: 'hyphen',
    dial: '+4822',
    digits: 7,
    given: names(
      'Agnieszka Bogusław=boguslaw Elżbieta=elzbieta Grażyna=grazyna Jędrzej=jedrzej Łucja=lucja Małgorzata=malgorzata Paweł=pawel Stanisław=stanislaw Wojciech Zdzisława=zdzislawa Żaneta=zaneta',
    ),
    family: names(
      'Błaszczyk=blaszczyk Chrząszcz=chrzaszcz Dąbrowski=dabrowski Gołębiowska=golebiowska Jóźwiak=jozwiak Kowalczyk Łukasik=lukasik Nowak Pawłowska=pawlowska Świątek=swiatek Wójcik=wojcik Żak=zak',
    ),
    cities: cities('Warszawa:00 Kraków:30 Łódź:90 Gdańsk:80 Wrocław:50'),
    streets: ['ul. Długa', 'ul. Krótka', 'al. Niepodległości', 'ul. Świętojańska'],
    trades: ['Sp. z o.o.', 'i Wspólnicy', 'Transport S.A.', 'Ogrodnictwo'],
    titles: ['Prezes', 'Kierownik zakupów', 'Właściciel', 'Księgowa'],
  },
  {
    weight: 12,
    country: '中国',
    familyFirst: true,
    second: 'character',
    dial: '+86139',
    digits: 8,
    given: names(
      '伟=wei 芳=fang 秀英=xiuying 敏=min 静怡=jingyi 强=qiang 磊=lei 晓明=xiaoming 思远=siyuan 雨桐=yutong 梓涵=zihan 浩然=haoran 建国=jianguo 丽华=lihua 子轩=zixuan 欣怡=xinyi',
    ),
    family: names(
      '王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 赵=zhao 黄=huang 周=zhou 吴=wu 徐=xu 孙=sun 欧阳=ouyang 司徒=situ 诸葛=zhuge 龙=long',
    ),
    cities: cities('北京:100 上海:200 广州:510 成都:610 杭州:310 青岛:266'),
    streets: ['人民路', '中山北路', '解放大道', '建设街', '滨海路'],
    trades: ['贸易有限公司', '机械厂', '科技有限公司', '农业合作社', '电子商行'],
    titles: ['总经理', '采购经理', '工程师', '会计', '店主'],
  },
  {
    weight: 5,
    country: '日本',
    familyFirst: true,
    second: 'character',
    dial: '+81355',
    digits: 6,
    given: names(
      '太郎=taro 花子=hanako 健一=kenichi 美咲=misaki 翔太=shota 陽菜=hina 大輔=daisuke 直樹=naoki さくら=sakura 恵子=keiko',
    ),
    family: names(
      '佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 渡辺=watanabe 伊藤=ito 山本=yamamoto 中村=nakamura 小林=kobayashi 斎藤=saito',
    ),
    cities: cities('東京:100 大阪:530 横浜:220 札幌:060 福岡:810'),
    streets: ['本町', '中央通り', '桜台', '港北'],
    trades: ['商店', '工業株式会社', '水産', '製作所'],
    titles: ['社長', '営業部長', '購買担当', '経理'],
  },
  {
    weight: 3,
    country: '대한민국',
    familyFirst: true,
    second: 'character',
    dial: '+8221',
    digits: 7,
    given: names(
      '민준=minjun 서연=seoyeon 지후=jihu 하은=haeun 도윤=doyun 수빈=subin 지민=jimin 현우=hyunwoo',
    ),
    family: names('김=kim 이=yi 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon'),
    cities: cities('서울:04 부산:48 인천:21 대구:41'),
    streets: ['세종대로', '해운대로', '중앙로', '한강대로'],
    trades: ['상사', '전자', '산업', '수산'],
    titles: ['대표', '구매팀장', '기술자', '회계'],
  },
];

const owners = ['Ines Marrow', 'Tomás Peel', 'Renske Vos', '林晓', 'Kofi Adjei'];
const sources = ['Trade fair', 'Referral', 'Website', 'Cold call', 'Harbour open day', '展会'];
const tags = [
  'wholesale',
  'key account',
  'coast',
  'organic',
  'pays late',
  'seasonal',
  'café',
  'exporter',
  'newsletter',
  '老客户',
];

const sentences = [
  'Prefers to be called before ten in the morning.',
  'Asked for a sample of the new line.',
  'Delivery only through the back gate.',
  'Reklamation vom Frühjahr ist erledigt.',
  'Quiere renovar el contrato en otoño.',
  'Wants the invoice by post, in two copies.',
  '每季度拜访一次，先电话预约。',
  'The dog is friendly; the goose is not.',
  'Zamówienia składa zawsze pod koniec miesiąca.',
  'Discount agreed for orders above twenty pallets.',
  '請先寄樣品，再談價格。',
  'New warehouse opens next year, ask again then.',
];

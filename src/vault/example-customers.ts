/** A few customers to try Holdfast with: shops and kitchens, each with something that happened and something to do. */

import { createRecordId } from '#base/ids.ts';
import type { NewRecord } from './vault.ts';

interface Example {
  readonly name: string;
  readonly company: string;
  readonly title: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly country: string;
  readonly stage: 'lead' | 'active' | 'dormant';
  readonly tags: readonly string[];
  readonly visit: string;
  readonly task: string;
  /** Days from today. */
  readonly due: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `now` in ms. Dates are of the days around it. */
export function exampleCustomers(language: 'en' | 'zh-CN', now: number): readonly NewRecord[] {
  return examples[language].flatMap((example, index) => {
    const customer = createRecordId();
    const visited = new Date(now - (index + 1) * DAY_MS).toISOString();
    const due = new Date(now + example.due * DAY_MS).toISOString().slice(0, 10);
    const { street, city, country } = example;
    return [
      {
        record: customer,
        kind: 'customer',
        values: {
          name: example.name,
          company: example.company,
          title: example.title,
          emails: [{ id: 'e1', label: '', value: example.email }],
          phones: [{ id: 'p1', label: '', value: example.phone }],
          addresses: [
            { id: 'a1', label: '', value: { street, city, region: '', postalCode: '', country } },
          ],
          stage: example.stage,
          tags: example.tags,
        },
      },
      {
        record: createRecordId(),
        kind: 'interaction',
        customer,
        values: { type: 'visit', when: visited, notes: example.visit },
      },
      {
        record: createRecordId(),
        kind: 'task',
        customer,
        values: { title: example.task, due },
      },
    ] satisfies readonly NewRecord[];
  });
}

// prettier-ignore
const examples: Readonly<Record<'en' | 'zh-CN', readonly Example[]>> = {
  en: [
    { name: 'Ines Marchetti', company: 'Quay Street Fishmongers', title: 'Owner', email: 'orders@quaystreet.example', phone: '+44 20 7946 0011', street: '4 Quay Street', city: 'Bristol', country: 'United Kingdom', stage: 'active', tags: ['wholesale', 'harbour'], visit: 'Walked the cold room together. Two freezers are past their service date.', task: 'Send a price for two new freezers', due: -1 },
    { name: 'Owen Brandt', company: 'Brandt & Daughters Bakery', title: 'Head baker', email: 'owen@brandt-bakery.example', phone: '+44 20 7946 0012', street: '17 Mill Lane', city: 'Leeds', country: 'United Kingdom', stage: 'active', tags: ['bakery'], visit: 'Wants deliveries before five in the morning, three days a week.', task: 'Ask the depot about early deliveries', due: 0 },
    { name: 'Amara Osei', company: 'Harbour Light Hotel', title: 'Purchasing', email: 'amara@harbourlight.example', phone: '+44 20 7946 0013', street: '1 Pier Road', city: 'Falmouth', country: 'United Kingdom', stage: 'lead', tags: ['hotel', 'harbour'], visit: 'First visit. Buys from two suppliers now and is unhappy with one of them.', task: 'Call back with sample prices', due: 2 },
    { name: 'Søren Dahl', company: 'Dahl Fjordmat', title: 'Manager', email: 'soren@fjordmat.example', phone: '+47 22 00 00 14', street: 'Strandgata 8', city: 'Bergen', country: 'Norway', stage: 'active', tags: ['wholesale'], visit: 'Season starts in May. Last year the boxes came damp; showed him the new ones.', task: 'Agree the spring order', due: 6 },
    { name: 'Zoë Lindqvist', company: 'Café Ankaret', title: 'Owner', email: 'zoe@ankaret.example', phone: '+46 8 500 000 15', street: 'Hamngatan 3', city: 'Gothenburg', country: 'Sweden', stage: 'dormant', tags: ['café'], visit: 'Closed for a refit until spring. Asked to be called when the terrace opens.', task: 'Ask how the refit is going', due: 14 },
  ],
  'zh-CN': [
    { name: '王海燕', company: '海燕水产批发', title: '店主', email: 'haiyan@haiyan.example', phone: '+86 532 5550 0011', street: '港湾路 12 号', city: '青岛', country: '中国', stage: 'active', tags: ['批发', '港口'], visit: '一起看了冷库，两台冰柜已过保养期。', task: '报两台新冰柜的价格', due: -1 },
    { name: '陈志明', company: '志明面包坊', title: '主厨', email: 'zhiming@bakery.example', phone: '+86 21 5550 0012', street: '磨坊巷 17 号', city: '上海', country: '中国', stage: 'active', tags: ['烘焙'], visit: '希望每周三次、早上五点前送货。', task: '向仓库确认清晨送货', due: 0 },
    { name: '李思雨', company: '灯塔酒店', title: '采购', email: 'siyu@lighthouse.example', phone: '+86 592 5550 0013', street: '码头路 1 号', city: '厦门', country: '中国', stage: 'lead', tags: ['酒店', '港口'], visit: '首次拜访。现有两家供应商，对其中一家不满意。', task: '回电并报样品价格', due: 2 },
    { name: '赵国强', company: '国强食品', title: '经理', email: 'guoqiang@foods.example', phone: '+86 411 5550 0014', street: '海滨街 8 号', city: '大连', country: '中国', stage: 'active', tags: ['批发'], visit: '五月进入旺季。去年的箱子受潮，已展示新包装。', task: '敲定春季订单', due: 6 },
    { name: '周雅', company: '锚点咖啡', title: '店主', email: 'zhouya@anchor.example', phone: '+86 571 5550 0015', street: '河坊街 3 号', city: '杭州', country: '中国', stage: 'dormant', tags: ['咖啡'], visit: '装修到春天，露台开业时再联系。', task: '询问装修进度', due: 14 },
  ],
};

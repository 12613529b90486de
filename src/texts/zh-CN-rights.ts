/** What the app says of people's rights over their data, in Simplified Chinese. */

import { number } from './zh-CN-amounts.ts';
import type { enRights } from './en-rights.ts';

export const zhCNRights: typeof enRights = {
  errors: {
    Held: () => '有人必须保留这些资料：其上有保留令。请先解除保留令，或等待其到期。',
    IdentityNotProven: () => '尚未记录如何核实此人的身份。请先在请求中记录。',
    NotAnErasureList: () => '这不是清除清单，或已被改动。请选择清除后 Holdfast 提供的文件。',
    OtherErasures: () => '此清单属于另一个工作区，而非该备份的工作区。',
    ErasedBefore: () => '此人曾要求被遗忘，资料已清除。管理员可说明理由后重新添加。',
  },

  erasing: {
    open: '彻底清除…',
    title: (name) => `清除“${name}”`,
    text: '所有内容都会消失：记录及其历史、列表、搜索、未完成的表单，并在所有设备得知后从存储中消失。此操作无法撤销。日志只记录曾清除，不记录内容。',
    goes: '将清除的内容',
    pastValues: (count) => `${number(count)} 个历史值`,
    records: (kind, count) => `${kind}：${number(count)}`,
    held: '有人必须保留这些资料',
    hold: (basis, until) => `${basis}，至 ${until}`,
    reason: '原因',
    reasons: { request: '本人要求', other: '其他' },
    request: '请求',
    noRequest: '登记簿中没有',
    unproven: '身份尚未核实：请先在登记簿中记录核实方式。',
    backups:
      '此前的备份仍含有这些资料。请将清除清单与恢复套件一同保存：恢复时使用它，此人便不会再出现。',
    sure: '我明白此操作无法撤销',
    erase: '清除',
    working: '正在清除',
    done: (name) => `“${name}”已清除`,
    doneText: '请现在下载这两份文件，或稍后在“合规”的“登记簿”中下载。',
    certificate: '下载清除证明',
    list: '下载清除清单',
    many: '清除记录',
    manyText: '不记录清除了谁：只记录何时、为何清除。',
    entry: (records, day) => `${number(records)} 条记录，${day}`,
    by: (member) => `由${member}执行`,
    complete: (day) => `自 ${day} 起在所有设备上完成`,
    incomplete: '尚未完成：其他设备或存储还需得知',
    because: { request: '本人要求', retention: '超过保留期限', other: '其他原因' },
  },

  replaying: {
    title: '备份之后的清除',
    text: '在此备份之后被清除的人仍在其中。与恢复套件一同保存的清除清单可再次将其移除。',
    choose: '选择清除清单',
    found: (count, day) => `${number(count)} 次清除，截至 ${day}`,
    otherSigner: (fingerprint) => `此清单由另一台设备签名：${fingerprint}。请与出具清单的人核对。`,
    older: '该清单不晚于备份：之后被清除的人不会被移除。',
  },

  losing: {
    open: '遗失…',
    title: (name) => `“${name}”已遗失`,
    text: '它会被立即撤销，密钥随之更换。事件登记簿会新增一条记录，说明其中有什么、谁能读取；法规的期限由此起算。',
    aware: '获知时间',
    how: '经过',
    howHint: '最后在何时何地、由何人见到',
    lock: '遗失时',
    locks: {
      locked: '已锁定',
      unlocked: '未锁定',
      unknown: '不知道是否锁定',
    },
    unreadable:
      '其中所有内容均以 AES-256-GCM 加密。密钥不与数据一同保存：由至少 15 个字符的口令经 Argon2id（64 MiB，3 轮）得出。拾到者无法读取。',
    perhapsReadable:
      '持有者在其自动锁定前可能读到屏幕上的内容；锁定后其中内容均已加密。请在登记簿中评估风险。',
    storeKeys: '它知道存储密钥：请在此页面一并更换。',
    submit: '撤销并登记',
    reported: (name) => `“${name}”已撤销并登记`,
    incident: (name) => `遗失设备：${name}`,
    lastHeard: (moment) => `最后联系于 ${moment}；其中保存着截至当时的内容。`,
    neverHeard: '加入后从未联系过。',
    done: '已将该设备移出工作区并更换密钥。一旦联网，它会自行清除。',
  },

  overruling: {
    title: '此人曾被清除',
    text: (day) =>
      `具有这些资料的人曾要求被遗忘，并于 ${day} 清除。仅在本人愿意或您必须这样做时才重新添加。`,
    reason: '重新添加的理由',
    add: '重新添加',
  },
};

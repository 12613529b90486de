/** What the screens of sync say, in Simplified Chinese. */

import type { SyncTexts } from './en-sync.ts';
import { number } from './zh-CN-amounts.ts';

const changes = (count: number): string => `${number(count)} 项更改`;

const device = (name: string): string => (name === '' ? '某台设备' : `“${name}”`);

function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${number(Math.floor(hours / 24))} 天`;
  return hours === 0 ? `${minutes} 分钟` : `${hours} 小时 ${minutes % 60} 分钟`;
}

export const zhCNSync: SyncTexts = {
  errors: {
    Unreachable: () =>
      '存储没有应答。请检查网络和地址。如果其证书不是由公共机构签发，此设备必须先信任该证书。',
    Busy: ({ status }) => `存储暂时无法应答（状态 ${status}）。请稍后重试。`,
    Denied: () =>
      '存储拒绝了这组密钥。请检查访问密钥和私有密钥，并确认它们可以在此存储桶中列出、读取和写入。',
    WrongClock: ({ offsetMs }) =>
      `此设备的时钟${offsetMs < 0 ? '慢' : '快'}了 ${duration(Math.abs(offsetMs))}，因此被存储拒绝。请校准此设备的时钟，然后重试。`,
    NoSuchBucket: () => '存储中没有这个名称的存储桶。请先在那里创建，或更正名称。',
    NotAStore: ({ status }) =>
      `该地址上应答的不是 S3 兼容的存储（状态 ${status}）。请检查端点 URL；也可在“更多”中切换路径样式。`,
    BadAddress: () =>
      '这不是存储的地址。地址以 https:// 开头，不含用户名，例如 https://s3.example.com。',
    PolicyRefuses: ({ origin }) =>
      `此应用尚不能访问 ${origin}：必须在托管 Holdfast 的地方写明该地址。请在托管处添加以下两行之一，重新载入此页面，然后重试。`,
    CorsRefuses: ({ origin }) =>
      `存储有应答，但不允许 ${origin} 访问：缺少 CORS 规则。请将以下规则粘贴到存储桶的设置中，然后重试。`,
    NoCreateOnly: ({ reason }) =>
      reason === 'notImplemented'
        ? '此存储不支持“仅新建”的写入，设备之间可能会互相覆盖更改。请升级该存储，或换用其他存储。'
        : reason === 'racesWon'
          ? '同一名称同时有多次写入时，此存储让不止一次成功，设备之间可能会互相覆盖更改。原因通常是存储桶开启了版本控制：请暂停版本控制或换用未开启的存储桶，然后重试。'
          : '此存储会覆盖已有的内容，设备之间可能会互相毁掉更改。原因通常是存储桶开启了版本控制：请暂停版本控制或换用未开启的存储桶，然后重试。',
    ReadOnly: () => '这组密钥只能读取，不能写入。请使用也能写入此存储桶的密钥。',
    Unfaithful: () =>
      '存储返回的内容与写入的不同。请检查中间是否有代理或缓存；如果没有，请勿使用此存储。',
    NotAdmin: () => '只有管理员才能执行此操作。',
    LastAdmin: () => '这是最后一位管理员。请先将另一台设备设为管理员。',
    NoStore: () => '请先连接存储。',
    Paused: () => '同步已暂停，因为存储与此前读到的内容相矛盾。请查看“设备”页面上的警报。',
    BadLink: () => '这不是邀请链接，或链接不完整。请复制整个链接后重新粘贴。',
    InviteExpired: () => '此邀请已过期或已被撤回。请索取新的邀请。',
    InviteUsed: () => '此邀请已被使用。请索取新的邀请。',
    OtherWorkspace: () => '该存储中的工作区并非链接所指的工作区。请不要加入，并询问发送链接的人。',
    AlreadyHere: () => '此工作区已在此设备上。请直接解锁。',
  },

  sync: {
    synced: '所有更改均已同步',
    pending: (count) => `${changes(count)}尚未同步`,
    lastSync: (time) => `上次同步 ${time}`,
    syncing: '正在同步…',
    receiving: (done, total) => `正在同步… ${done} / ${total}`,
    notSyncing: '无法同步',
    paused: '同步已暂停',
    seeWhy: '查看原因',
    lookOnly: '您只能查看，不能更改',
    lookOnlyText: '此设备的角色是查看者。管理员可以为它更换角色。',
    arriving: '客户资料正在传来',
    arrivingText: '收到后会陆续显示在这里。',
    receivingLabel: '正在接收工作区',
    sendingLabel: '首次同步',
    bytes: (done, total) => `${done} / ${total}`,
    justNow: '刚刚',
    copy: '复制',
    copied: '已复制',
    waiting: (count) => `那里有 ${number(count)} 项待处理`,
  },

  alarms: {
    title: (count) =>
      count === 1 ? '存储出现了不应有的行为' : `存储出现了 ${number(count)} 项不应有的行为`,
    list: '警报',
    see: '查看详情',
    at: (when) => `发现于 ${when}`,
    names: {
      damaged: () => '存储中有内容损坏',
      withheld: (name) => `存储中缺少${device(name)}的更改`,
      rolledBack: () => '存储回到了更早的某一天',
      forked: (name) => `存储显示了${device(name)}的两份不同历史`,
      dropped: () => '存储丢失了此设备的更改',
      forgedMembership: () => '有人试图伪造此工作区的成员记录',
      forgedSegment: (name) => `有人试图伪造${device(name)}的更改`,
      cloned: () => '此设备存在一份副本',
      needsNewer: (name) => `${device(name)}使用了更新版本的 Holdfast`,
    },
    texts: {
      damaged: '某个对象被截断或改动，其内容没有被采用。如果此设备留有原件，重新填充存储即可修复。',
      withheld:
        '其他设备看到过的更改，存储没有在这里显示。它们可能仍在途中。如果一直如此，请用拥有这些更改的设备重新填充存储，并询问存储的管理者。',
      rolledBack:
        '很可能是存储从备份恢复过。此设备上的内容没有因此改变。请用此设备上的内容重新填充存储，以免有人遗漏。',
      forked:
        '不同设备在同一名称下看到了不同的内容。此后的内容一律不予采用。请做一次备份，并向存储的管理者询问原因。',
      dropped: '存储曾确认收到，现在却没有了。它们在此设备上是安全的。重新填充存储即可再次发送。',
      forgedMembership:
        '伪造的记录已被拒绝，没有任何更改。这是能够写入存储的人所为：请更换存储密钥，并检查设备列表。',
      forgedSegment: '伪造的更改已被拒绝，没有任何更改。这是能够写入存储的人所为：请更换存储密钥。',
      cloned:
        '此设备曾被复制，或被恢复到更早的某一天。它不再写入存储。尚未发送的更改都保留在此设备上：请先备份，再从此设备移除工作区，然后凭新的邀请重新加入。',
      needsNewer: '它的更改会等到此设备能够理解时再采用。请重新载入以更新这里的 Holdfast。',
    },
    object: (name) => `存储中的对象：${name}`,
    fillAgain: '重新填充存储',
    filled: (objects) =>
      objects === 0 ? '此设备拥有的内容，存储中一样不缺' : `已将 ${number(objects)} 个对象放回存储`,
    makeBackup: '进行备份',
    dismiss: '忽略',
    reload: '重新载入',
  },

  devices: {
    title: '设备',
    roles: { admin: '管理员', member: '成员', viewer: '查看者' },
    roleTexts: {
      admin: '可以邀请和移除设备，并可做成员能做的一切',
      member: '可以查看和更改客户资料',
      viewer: '可以查看客户资料，不能更改',
    },

    store: '存储',
    aloneTitle: '多台设备，同一个工作区',
    aloneText:
      '连接存储后，您的其他设备和团队都能看到同样的客户。存储是一个 S3 兼容的存储桶，可以在服务商处，也可以在您自己的机器上；它只收到加密的数据，一点也无法读取。',
    connect: '连接存储',
    endpoint: '端点 URL',
    endpointHint: '例如 https://s3.example.com',
    bucket: '存储桶',
    accessKey: '访问密钥',
    secretKey: '私有密钥',
    keysHint: '邀请会把这组密钥交给其他设备。不能删除内容的密钥更为安全。',
    more: '更多',
    region: '区域',
    prefix: '存储桶中的文件夹',
    prefixHint: '留空：直接使用存储桶',
    pathStyle: '存储桶写在路径中',
    pathStyleHint: 'https://host/bucket，而不是 https://bucket.host',
    testAndConnect: '测试并连接',
    testing: '正在测试并连接',
    testingText: '先用小对象测试存储，然后将工作区加密发送过去。',
    connected: '存储已连接',
    hostLine: '使用 npm start 时',
    headerLine: '使用其他主机时，写在 Content-Security-Policy 标头中',
    corsRules: '存储桶的 CORS 规则',
    needed: '此项必填。',

    lastSync: '上次同步',
    never: '还没有过',
    pending: '尚未同步',
    nothingPending: '无',
    pendingCount: changes,
    nextTry: '下次尝试',
    clock: (offsetMs) =>
      `此设备的时钟${offsetMs < 0 ? '慢' : '快'}了 ${duration(Math.abs(offsetMs))}。同步会将此考虑在内，但您记录的时间在他人看来可能不对。`,
    appendOnly: '这组密钥不能删除存储中的任何内容。',
    canRemove: '这组密钥也能删除存储中的内容。',
    keys: '密钥',
    syncNow: '立即同步',
    replaceKeys: '更换存储密钥',
    replaceKeysText:
      '所有在用的设备会在下次同步时收到新密钥，并改用新密钥。等每台设备都同步过后，请在服务商处停用旧密钥。',
    replace: '更换',
    keysReplaced: '新的存储密钥正在发往每台设备',
    disconnect: '断开连接',
    disconnectTitle: '要断开与存储的连接吗？',
    disconnectText:
      '此设备将保留已有的全部内容，独自继续使用。存储中的内容不会被移除，其他设备仍会继续同步。',
    disconnectFinal: '独自继续',
    disconnected: '此设备不再同步',

    list: '设备列表',
    thisDevice: '此设备',
    lastHeard: (when) => `最近消息：${when}`,
    neverHeard: '尚无消息',
    removed: '已移除',
    removedWaiting: '已移除。一有网络连接，它就会清除自身数据。',
    wiped: '已移除。它已清除自身数据。',
    roleOf: '角色',
    roleChanged: (name, role) => `${name}：${role}`,
    revoke: '移除',
    revokeTitle: (name) => `要移除“${name}”吗？`,
    revokeEffects: [
      '它已写下但尚未发送的内容将不再采用；您可以在“暂缓采用”中查看。',
      '工作区的密钥会更换：此后写入的内容，它一概无法读取。',
      '一有网络连接，它就会清除自身数据。在此之前，其中的内容仍留在上面。',
      '它知道存储密钥。如果设备丢失，或您不信任其使用者，请一并更换存储密钥。',
    ],
    revokeFinal: '移除此设备',
    revoked: (name) => `已移除“${name}”`,

    invite: '邀请设备',
    inviteRole: '角色',
    validFor: '有效期',
    hours: (count) => `${number(count)} 小时`,
    makeInvite: '生成邀请',
    inviteReady:
      '请在另一台设备上用相机扫描此二维码，或打开链接。然后在这里核对校验码，并予以批准。',
    inviteSecret: (when) =>
      `在 ${when} 之前，任何看到此链接的人都可以申请加入。请私下发送。它只显示这一次。`,
    qrCode: '邀请链接的二维码',
    link: '邀请链接',
    copyLink: '复制链接',
    share: '分享',
    done: '完成',
    invites: '有效的邀请',
    inviteOf: (role) => `邀请：${role}`,
    validUntil: (when) => `有效期至 ${when}`,
    withdraw: '撤回',
    withdrawn: '邀请已撤回',

    requests: '加入申请',
    requestsText: '请将校验码与另一个屏幕上的逐位核对。完全一致时才批准。',
    checkCode: '校验码',
    asRole: (role) => `申请的角色：${role}`,
    approve: '批准',
    reject: '拒绝',
    approved: (name) => `“${name}”现已属于此工作区`,
    rejected: (name) => `已拒绝“${name}”`,

    conflicts: '冲突',
    conflictsText: '两台设备在互不知情的情况下更改了同一处。现以较晚的为准；请选择正确的一个。',
    fieldOf: (kind, field) => `${kind}：${field}`,
    stands: '当前值',
    other: '另一个值',
    emptied: '（已清空）',
    keep: '保留',
    useOther: '改用另一个',
    kept: '已保留当前值',
    usedOther: '已改用另一个值',
    andMore: (count) => `其后还有 ${number(count)} 项`,

    heldBack: '暂缓采用',
    heldBackText: '这些更改已到达存储，但没有被采用。采用之前，请先确认其来源。',
    heldBackOf: (name, count) => `“${name}”的 ${changes(count)}`,
    reasons: {
      removed: '由已被移除的设备写入',
      role: '其角色不允许这些更改',
      foreignStamp: '冒用了另一台设备的名义',
      farFuture: '日期在遥远的将来',
    },
    about: (names, more) =>
      more === 0 ? names.join('、') : `${names.join('、')}，以及另外 ${number(more)} 位`,
    apply: '采用',
    applied: '已以您的名义采用这些更改',
    discard: '丢弃',
    discardTitle: '要丢弃这些更改吗？',
    discardText: '它们从未被采用，今后也不再列出。此操作无法撤销。',
    discardFinal: '永久丢弃',
    discarded: '已丢弃这些更改',
    adminsDecide: '由管理员决定如何处理。',
  },

  joining: {
    title: '加入工作区',
    text: '由工作区的管理员生成邀请，形式是二维码或链接。请用此设备的相机应用扫描二维码，或在这里粘贴链接。',
    link: '邀请链接',
    deviceName: '设备名称',
    deviceNameHint: '同事看到的名称，例如“小王的平板”',
    passphrase: '口令',
    passphraseHint: '用于此设备；至少 15 个字符',
    repeat: '再次输入口令',
    submit: '加入',
    working: '正在申请加入…',
    waiting: '等待批准',
    waitingText:
      '请将此校验码出示或读给邀请您的管理员。两个屏幕上的校验码一致时，管理员会予以批准。',
    checkCode: '校验码',
    device: '此设备',
    waitingHint: '可以让此页面一直开着；批准后会自动继续。',
    cancel: '取消',
    refused: '此申请已不再有效：邀请已被使用、撤回或已过期。请取消，并索取新的邀请。',
    removed: '此设备已被移除',
    removedText:
      '管理员已将它从工作区中移除，其密钥和客户资料已从这里清除。如果这是误操作，请向管理员索取新的邀请。',
    toStart: '前往首页',
  },
};

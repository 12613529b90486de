/** What the unlock screen says, in Simplified Chinese. */

import type { UnlockTexts } from './en-unlock.ts';
import { wait } from './zh-CN-amounts.ts';

export const zhCNUnlock: UnlockTexts = {
  parts: {
    close: '关闭',
    cancel: '取消',
    back: '返回',
    dismiss: '知道了',
    undo: '撤销',
    redo: '重做',
    undone: '已撤销',
    redone: '已重做',
    clearSearch: '清除搜索',
    showPassphrase: '显示所输内容',
    hidePassphrase: '隐藏所输内容',
    capsLock: '大写锁定已打开',
    percent: (percent) => `${percent}%`,
    removeTag: (tag) => `移除“${tag}”`,
    screenMissing: '无法载入此页面。',
    reload: '重新载入',
    notStarted: 'Holdfast 无法在此浏览器中打开存储',
    notStartedText:
      '请退出无痕浏览、释放一些空间或关闭其他标签页，然后重新载入。没有更改任何内容。',
    unexpected: '出现了意外错误。已保存的内容是安全的；如果再次发生，请重新载入。',
  },

  unlock: {
    title: '解锁',
    workspace: '工作区',
    passphrase: '口令',
    submit: '解锁',
    useRecoveryKey: '使用恢复密钥',
    usePassphrase: '使用口令',
    recoveryKey: '恢复密钥',
    recoveryKeyHint: '恢复套件中以 AGE-SECRET-KEY-1 开头的那一行',
    working: '正在解锁…',
    wait: (ms) => `请等待 ${wait(ms)}后再试。`,
    waitOrKey: (ms) => `请等待 ${wait(ms)}后再试。恢复密钥可立即使用。`,
    emptied: '浏览器已从此设备上清除该工作区的数据，只留下了名称。请从备份恢复。',
    newer: '该工作区由更新版本的 Holdfast 写入。请重新载入以更新应用。',
    reload: '重新载入',
    forget: '忘记此工作区',
    create: '创建工作区',
    join: '加入工作区',
    restore: '从备份恢复',
    lockedIdle: '因一段时间未使用而锁定。',
    lockedOtherTab: '已在另一个标签页中锁定。',
    covered: '已锁定。您启动的任务仍在后台进行：',
  },
};

/** What the first screens say, welcome and unlock, in Simplified Chinese. */

import type { FrontTexts } from './en-front.ts';
import { wait } from './zh-CN-amounts.ts';

export const zhCNFront: FrontTexts = {
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

  welcome: {
    title: '欢迎使用 Holdfast',
    text: '客户资料安全保存在此设备上：全程加密，无需网络即可使用，备份文件不依赖 Holdfast 也能打开。',
    create: '创建工作区',
    createText: '新建一本客户簿，口令只有您自己知道。',
    join: '加入工作区',
    joinText: '凭同事的邀请，让他们的客户资料也来到此设备。',
    restore: '从备份恢复',
    language: '语言',
    languages: { system: '跟随浏览器', en: 'English', 'zh-CN': '简体中文' },
    restoreText: '用备份文件和恢复密钥找回工作区。',
  },

  unlock: {
    title: '解锁',
    workspace: '工作区',
    passphrase: '口令',
    submit: '解锁',
    usePasskey: '使用通行密钥',
    useRecoveryKey: '使用恢复密钥',
    usePassphrase: '使用口令',
    recoveryKey: '恢复密钥',
    recoveryKeyHint: '恢复套件中以 AGE-SECRET-KEY-1 开头的那一行',
    working: '正在解锁…',
    wait: (ms) => `请等待 ${wait(ms)}后再试。`,
    waitOrKey: (ms) => `请等待 ${wait(ms)}后再试。通行密钥或恢复密钥可立即使用。`,
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

/**
 * The field catalogue: every kind of record and every field of it, described once. Forms, import, export, search, history, merging and
 * retention read it. A new kind or field is a new entry here and nothing elsewhere; a workspace adds custom fields as records.
 */

import { isFieldName, type FieldName, type Json } from './change.ts';
import { foldText } from './fold.ts';

export interface Label {
  readonly en: string;
  readonly 'zh-CN': string;
}

export interface Option {
  readonly value: string;
  readonly label: Label;
}

export type FieldType =
  | 'text'
  | 'longText'
  | 'emails'
  | 'phones'
  | 'addresses'
  | 'url'
  | 'choice'
  | 'member'
  | 'tags'
  | 'language'
  | 'date'
  | 'dateTime'
  | 'money'
  | 'currency'
  | 'number'
  | 'rating'
  | 'boolean'
  | 'reference';

/** What a field tells of a person, in the words of privacy law. */
export const DATA_CLASSES = ['none', 'personal', 'sensitive', 'health', 'financial'] as const;

export type DataClass = (typeof DATA_CLASSES)[number];

export interface FieldDefinition {
  readonly kind: Kind;
  readonly name: FieldName;
  readonly type: FieldType;
  readonly label: Label;
  /** Headers under which lists from elsewhere carry it; compare by `foldHeader`. */
  readonly aliases: readonly string[];
  readonly dataClass: DataClass;
  /** Stands in the summary that lists are made of. */
  readonly summary: boolean;
  /** Found by search. */
  readonly search: boolean;
  readonly required?: true;
  readonly options?: readonly Option[];
  readonly custom?: true;
  /** A custom field of which nobody has said what it tells: it passes for personal. */
  readonly unclassified?: true;
}

/** Merged element by element; the other types as one value. */
export function isSetType(type: FieldType): boolean {
  return type === 'tags' || type === 'emails' || type === 'phones' || type === 'addresses';
}

interface KindEntry {
  readonly label: Label;
  readonly belongsTo: 'itself' | 'customer' | 'workspace';
  /** The lowest role that may author it. */
  readonly author: 'viewer' | 'member' | 'admin';
  readonly fields: Readonly<Record<FieldName, FieldEntry>>;
}

interface FieldEntry {
  readonly type: FieldType;
  readonly label: Label;
  readonly aliases?: readonly string[];
  /** `personal` where nothing is said. */
  readonly dataClass?: DataClass;
  readonly summary?: true;
  readonly search?: true;
  readonly required?: true;
  readonly options?: readonly Option[];
}

function label(en: string, zhCN: string): Label {
  return { en, 'zh-CN': zhCN };
}

function option(value: string, en: string, zhCN: string): Option {
  return { value, label: label(en, zhCN) };
}

// prettier-ignore
const NAME_ALIASES = ['full name', 'display name', 'contact', 'contact name', 'contact person', 'customer name', 'client name', 'person', 'person name', 'lead name', 'Ansprechpartner', 'Kontakt', 'Kontaktname', 'Kontaktperson', 'vollständiger Name', 'Kundenname', 'nom', 'nom complet', 'nom du contact', 'interlocuteur', 'nombre', 'nombre completo', 'nombre de contacto', 'persona de contacto', '姓名', '名称', '联系人', '联系人姓名', '客户姓名', '客户名称', 'FN'];
// prettier-ignore
const TITLE_ALIASES = ['title', 'job', 'position', 'role', 'function', 'contact title', 'occupation', 'Berufsbezeichnung', 'Funktion', 'Stellung', 'Stelle', 'fonction', 'poste', 'titre', 'cargo', 'puesto', 'título', '职位', '职务', '头衔', '岗位'];
// prettier-ignore
const EMAIL_ALIASES = ['emails', 'mail', 'email address', 'e-mail address', 'email 1', 'email 2', 'email 3', 'primary email', 'work email', 'home email', 'private email', 'business email', 'other email', 'contact email', 'email 1 value', 'email 2 value', 'e-mail 1 value', 'e-mail 2 value', 'Mailadresse', 'E-Mail-Adresse', 'courriel', 'adresse e-mail', 'adresse électronique', 'mél', 'correo', 'correo electrónico', '邮箱', '电子邮箱', '电子邮件', '邮件', '邮件地址', '邮箱地址'];
// prettier-ignore
const PHONE_ALIASES = ['phones', 'phone number', 'phone no', 'telephone', 'telephone number', 'tel', 'tel no', 'phone 1', 'phone 2', 'phone 3', 'phone 1 value', 'phone 2 value', 'primary phone', 'other phone', 'contact phone', 'work phone', 'business phone', 'office phone', 'company phone', 'home phone', 'private phone', 'mobile', 'mobile phone', 'mobile number', 'cell', 'cell phone', 'cellphone', 'fax', 'fax number', 'telefax', 'business fax', 'home fax', 'whatsapp', 'Telefon', 'Telefonnummer', 'Rufnummer', 'Telefon privat', 'Telefon geschäftlich', 'Mobil', 'Mobiltelefon', 'Handy', 'Handynummer', 'Faxnummer', 'téléphone', 'numéro de téléphone', 'portable', 'téléphone portable', 'télécopie', 'teléfono', 'número de teléfono', 'móvil', 'teléfono móvil', 'celular', '电话', '电话号码', '联系电话', '手机', '手机号', '手机号码', '移动电话', '座机', '办公电话', '传真'];
// prettier-ignore
const NOTES_ALIASES = ['note', 'comment', 'comments', 'remark', 'remarks', 'memo', 'description', 'details', 'background', 'Notiz', 'Notizen', 'Bemerkung', 'Bemerkungen', 'Kommentar', 'Anmerkung', 'Beschreibung', 'remarque', 'remarques', 'commentaire', 'commentaires', 'nota', 'notas', 'comentario', 'comentarios', 'observaciones', '备注', '说明', '附注', '描述'];
// prettier-ignore
const DATE_ALIASES = ['day', 'Datum', 'fecha', '日期', '时间'];
const STATUS_ALIASES = ['state', 'Zustand', 'statut', 'état', 'estado', '状态'];

const NAME: FieldEntry = {
  type: 'text',
  label: label('Name', '姓名'),
  aliases: NAME_ALIASES,
  summary: true,
  search: true,
};
const TITLE: FieldEntry = {
  type: 'text',
  label: label('Job title', '职位'),
  aliases: TITLE_ALIASES,
  summary: true,
  search: true,
};
const EMAILS: FieldEntry = {
  type: 'emails',
  label: label('Email', '电子邮件'),
  aliases: EMAIL_ALIASES,
  summary: true,
  search: true,
};
const PHONES: FieldEntry = {
  type: 'phones',
  label: label('Phone', '电话'),
  aliases: PHONE_ALIASES,
  summary: true,
  search: true,
};
const NOTES: FieldEntry = {
  type: 'longText',
  label: label('Notes', '备注'),
  aliases: NOTES_ALIASES,
};

const kinds = {
  customer: {
    label: label('Customer', '客户'),
    belongsTo: 'itself',
    author: 'member',
    fields: {
      name: NAME,
      company: {
        type: 'text',
        label: label('Company', '公司'),
        // prettier-ignore
        aliases: ['company name', 'organisation', 'organization', 'organization name', 'organization 1 name', 'account', 'account name', 'business', 'business name', 'firm', 'employer', 'ORG', 'Firma', 'Firmenname', 'Unternehmen', 'Unternehmensname', 'Betrieb', 'société', 'nom de la société', 'entreprise', "nom de l'entreprise", 'raison sociale', 'organisme', 'empresa', 'nombre de la empresa', 'compañía', 'organización', 'razón social', '公司名称', '公司名', '单位', '单位名称', '企业', '企业名称', '组织'],
        summary: true,
        search: true,
      },
      title: TITLE,
      emails: EMAILS,
      phones: PHONES,
      addresses: {
        type: 'addresses',
        label: label('Address', '地址'),
        // prettier-ignore
        aliases: ['addresses', 'full address', 'mailing address', 'postal address', 'business address', 'home address', 'work address', 'formatted address', 'Adresse', 'Anschrift', 'Postanschrift', 'adresse complète', 'adresse postale', 'dirección', 'dirección postal', '地址全文', '联系地址', '通讯地址', '邮寄地址', '详细地址'],
        summary: true,
        search: true,
      },
      website: {
        type: 'url',
        label: label('Website', '网站'),
        // prettier-ignore
        aliases: ['web', 'web site', 'web page', 'website url', 'url', 'homepage', 'home page', 'company website', 'domain', 'Webseite', 'Internetseite', 'Internet', 'site', 'site web', 'site internet', 'sitio web', 'página web', '网址', '主页', '官网'],
      },
      stage: {
        type: 'choice',
        label: label('Stage', '阶段'),
        // prettier-ignore
        aliases: ['status', 'state of customer', 'lifecycle stage', 'lead status', 'pipeline stage', 'customer status', 'Phase', 'Stufe', 'Kundenstatus', 'statut', 'étape', 'estado', 'etapa', '客户阶段', '客户状态', '状态'],
        dataClass: 'none',
        summary: true,
        options: [
          option('lead', 'Lead', '潜在'),
          option('active', 'Active', '活跃'),
          option('dormant', 'Dormant', '沉睡'),
          option('lost', 'Lost', '流失'),
        ],
      },
      owner: {
        type: 'member',
        label: label('Owner', '负责人'),
        // prettier-ignore
        aliases: ['owner name', 'account owner', 'account manager', 'contact owner', 'lead owner', 'assigned to', 'assignee', 'sales rep', 'salesperson', 'responsible', 'Betreuer', 'Kundenbetreuer', 'Zuständig', 'Verantwortlich', 'Besitzer', 'responsable', 'commercial', 'propriétaire', 'propietario', 'vendedor', 'asignado a', '所有者', '客户经理', '业务员', '销售', '跟进人'],
        summary: true,
        search: true,
      },
      tags: {
        type: 'tags',
        label: label('Tags', '标签'),
        // prettier-ignore
        aliases: ['tag', 'labels', 'groups', 'group', 'group membership', 'category', 'categories', 'keywords', 'segment', 'Schlagwort', 'Schlagworte', 'Schlagwörter', 'Kategorie', 'Kategorien', 'Gruppe', 'Gruppen', 'étiquette', 'étiquettes', 'catégorie', 'catégories', 'groupe', 'etiqueta', 'etiquetas', 'categoría', 'categorías', 'grupo', '标记', '分类', '类别', '分组'],
        summary: true,
        search: true,
      },
      source: {
        type: 'text',
        label: label('Source', '来源'),
        // prettier-ignore
        aliases: ['lead source', 'original source', 'origin', 'channel', 'referred by', 'Quelle', 'Herkunft', 'Kanal', 'provenance', 'origine', 'fuente', 'origen', 'canal', '客户来源', '渠道'],
        dataClass: 'none',
        summary: true,
      },
      obtained: {
        type: 'choice',
        label: label('Data came from', '信息来自'),
        dataClass: 'none',
        summary: true,
        options: [
          option('person', 'The person', '本人'),
          option('others', 'A third party', '第三方'),
          option('public', 'A public source', '公开来源'),
        ],
      },
      language: {
        type: 'language',
        label: label('Language', '语言'),
        // prettier-ignore
        aliases: ['preferred language', 'lang', 'locale', 'Sprache', 'Korrespondenzsprache', 'langue', 'idioma', 'lengua', '首选语言', '语种'],
      },
      birthday: {
        type: 'date',
        label: label('Birthday', '生日'),
        // prettier-ignore
        aliases: ['birth date', 'birthdate', 'date of birth', 'dob', 'born', 'BDAY', 'Geburtstag', 'Geburtsdatum', 'anniversaire', 'date de naissance', 'cumpleaños', 'fecha de nacimiento', '出生日期', '出生年月'],
      },
      notes: NOTES,
    },
  },
  contact: {
    label: label('Contact', '联系人'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      name: { ...NAME, required: true },
      title: TITLE,
      emails: EMAILS,
      phones: PHONES,
      notes: NOTES,
    },
  },
  interaction: {
    label: label('Interaction', '往来'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      type: {
        type: 'choice',
        label: label('Type', '类型'),
        aliases: ['activity', 'activity type', 'Art', 'Typ', 'genre', 'tipo', '方式'],
        required: true,
        options: [
          option('visit', 'Visit', '拜访'),
          option('call', 'Call', '电话'),
          option('email', 'Email', '邮件'),
          option('message', 'Message', '消息'),
          option('meeting', 'Meeting', '会议'),
          option('note', 'Note', '笔记'),
        ],
      },
      when: {
        type: 'dateTime',
        label: label('When', '时间'),
        // prettier-ignore
        aliases: ['date', 'date and time', 'time', 'Datum', 'Zeitpunkt', 'quand', 'cuándo', 'fecha', '日期'],
        summary: true,
        required: true,
      },
      notes: NOTES,
      followUp: {
        type: 'date',
        label: label('Follow up on', '跟进日期'),
        aliases: ['follow up', 'next step', 'Wiedervorlage', 'relance', 'seguimiento', '下次跟进'],
      },
    },
  },
  transaction: {
    label: label('Transaction', '交易'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      date: {
        type: 'date',
        label: label('Date', '日期'),
        aliases: [...DATE_ALIASES, 'order date', 'invoice date', 'Bestelldatum', '下单日期'],
        required: true,
      },
      amount: {
        type: 'money',
        label: label('Amount', '金额'),
        // prettier-ignore
        aliases: ['total', 'sum', 'price', 'value', 'order total', 'Betrag', 'Summe', 'montant', 'importe', 'monto', '总额', '价格'],
        dataClass: 'financial',
        required: true,
      },
      currency: {
        type: 'currency',
        label: label('Currency', '货币'),
        aliases: ['currency code', 'Währung', 'devise', 'moneda', '币种'],
        dataClass: 'financial',
      },
      status: {
        type: 'choice',
        label: label('Status', '状态'),
        aliases: STATUS_ALIASES,
        dataClass: 'financial',
        options: [
          option('quoted', 'Quoted', '已报价'),
          option('ordered', 'Ordered', '已下单'),
          option('delivered', 'Delivered', '已交付'),
          option('paid', 'Paid', '已付款'),
          option('refunded', 'Refunded', '已退款'),
          option('cancelled', 'Cancelled', '已取消'),
        ],
      },
      number: {
        type: 'text',
        label: label('Number', '编号'),
        // prettier-ignore
        aliases: ['order number', 'order id', 'invoice number', 'reference', 'Nummer', 'Bestellnummer', 'Rechnungsnummer', 'numéro', 'número', '订单号', '单号'],
        dataClass: 'financial',
      },
      description: {
        type: 'longText',
        label: label('Description', '描述'),
        aliases: NOTES_ALIASES,
        dataClass: 'financial',
      },
    },
  },
  need: {
    label: label('Need', '需求'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      title: {
        type: 'text',
        label: label('Title', '标题'),
        aliases: [
          'need',
          'subject',
          'request',
          'Bedarf',
          'Betreff',
          'besoin',
          'sujet',
          'necesidad',
          'asunto',
          '主题',
        ],
        required: true,
      },
      notes: NOTES,
      status: {
        type: 'choice',
        label: label('Status', '状态'),
        aliases: STATUS_ALIASES,
        options: [
          option('open', 'Open', '待处理'),
          option('proposed', 'Proposed', '已提案'),
          option('met', 'Met', '已满足'),
          option('dropped', 'Dropped', '已放弃'),
        ],
      },
      priority: {
        type: 'choice',
        label: label('Priority', '优先级'),
        aliases: ['importance', 'Priorität', 'priorité', 'prioridad', '重要性'],
        options: [
          option('high', 'High', '高'),
          option('normal', 'Normal', '普通'),
          option('low', 'Low', '低'),
        ],
      },
      value: {
        type: 'money',
        label: label('Value', '价值'),
        aliases: ['expected value', 'estimated value', 'Wert', 'valeur', 'valor', '预计金额'],
        dataClass: 'financial',
      },
    },
  },
  feedback: {
    label: label('Feedback', '反馈'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      type: {
        type: 'choice',
        label: label('Type', '类型'),
        aliases: ['Art', 'Typ', 'tipo'],
        required: true,
        options: [
          option('praise', 'Praise', '表扬'),
          option('complaint', 'Complaint', '投诉'),
          option('suggestion', 'Suggestion', '建议'),
          option('survey', 'Survey', '调查'),
        ],
      },
      rating: {
        type: 'rating',
        label: label('Rating', '评分'),
        aliases: ['score', 'stars', 'nps', 'Bewertung', 'note sur 10', 'puntuación', '得分'],
      },
      notes: NOTES,
      status: {
        type: 'choice',
        label: label('Status', '状态'),
        aliases: STATUS_ALIASES,
        options: [
          option('open', 'Open', '待处理'),
          option('inProgress', 'In progress', '处理中'),
          option('resolved', 'Resolved', '已解决'),
        ],
      },
      date: { type: 'date', label: label('Date', '日期'), aliases: DATE_ALIASES },
    },
  },
  task: {
    label: label('Task', '任务'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      title: {
        type: 'text',
        label: label('Title', '标题'),
        aliases: [
          'task',
          'subject',
          'to do',
          'Aufgabe',
          'Betreff',
          'tâche',
          'tarea',
          'asunto',
          '任务',
          '主题',
        ],
        summary: true,
        required: true,
      },
      due: {
        type: 'date',
        label: label('Due', '截止日期'),
        aliases: [
          'due date',
          'deadline',
          'Fällig',
          'Fälligkeit',
          'échéance',
          'vencimiento',
          '到期日',
        ],
        summary: true,
      },
      done: {
        type: 'dateTime',
        label: label('Done', '完成时间'),
        aliases: ['completed', 'completed at', 'Erledigt', 'terminé', 'hecho'],
        summary: true,
      },
      from: { type: 'reference', label: label('From', '来自'), dataClass: 'none' },
    },
  },
  consent: {
    label: label('Consent', '同意'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      purpose: {
        type: 'reference',
        label: label('Purpose', '目的'),
        dataClass: 'none',
        required: true,
      },
      purposeVersion: { type: 'number', label: label('Version', '版本'), dataClass: 'none' },
      channel: {
        type: 'choice',
        label: label('Channel', '渠道'),
        dataClass: 'none',
        required: true,
        options: [
          option('any', 'Any', '任意'),
          option('email', 'Email', '邮件'),
          option('phone', 'Phone', '电话'),
          option('message', 'Message', '消息'),
          option('post', 'Post', '信函'),
          option('visit', 'Visit', '拜访'),
        ],
      },
      method: {
        type: 'choice',
        label: label('Method', '方式'),
        dataClass: 'none',
        required: true,
        options: [
          option('written', 'In writing', '书面'),
          option('spoken', 'Spoken', '口头'),
          option('electronic', 'Electronic', '电子'),
        ],
      },
      given: { type: 'dateTime', label: label('Given', '同意时间'), required: true },
      notice: {
        type: 'text',
        label: label('Version of the notice', '告知版本'),
        dataClass: 'none',
      },
      evidence: { type: 'longText', label: label('Evidence', '凭证') },
      separate: {
        type: 'tags',
        label: label('Separate consent to', '单独同意事项'),
        options: [
          option('sharing', 'Sharing with others', '向他人提供'),
          option('publishing', 'Publishing', '公开'),
          option('sensitive', 'Sensitive data', '敏感个人信息'),
          option('crossBorder', 'Transfer abroad', '出境'),
        ],
      },
      guardian: { type: 'text', label: label('Guardian', '监护人') },
      withdrawn: { type: 'dateTime', label: label('Withdrawn', '撤回时间') },
      withdrawnHow: { type: 'longText', label: label('How it was withdrawn', '撤回方式') },
    },
  },
  limit: {
    label: label('Restriction or objection', '限制或反对'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      type: {
        type: 'choice',
        label: label('Type', '类型'),
        required: true,
        options: [
          option('restriction', 'Restriction of processing', '限制处理'),
          option('objection', 'Objection to marketing and profiling', '反对营销与画像'),
          option('optOut', 'No sale or sharing', '不得出售或共享'),
        ],
      },
      since: { type: 'date', label: label('Since', '起始日期'), required: true },
      reason: { type: 'longText', label: label('Reason', '原因') },
      lifted: { type: 'date', label: label('Lifted', '解除日期') },
    },
  },
  notice: {
    label: label('Notice', '告知'),
    belongsTo: 'customer',
    author: 'member',
    fields: {
      given: { type: 'date', label: label('Told on', '告知日期'), required: true },
      version: { type: 'text', label: label('Version of the notice', '告知版本') },
      how: {
        type: 'choice',
        label: label('How', '方式'),
        options: [
          option('email', 'Email', '邮件'),
          option('post', 'Post', '信函'),
          option('spoken', 'Spoken', '口头'),
          option('electronic', 'Electronic', '电子'),
        ],
      },
    },
  },
  hold: {
    label: label('Hold', '保留令'),
    belongsTo: 'customer',
    author: 'admin',
    fields: {
      basis: { type: 'text', label: label('Legal basis', '法律依据'), required: true },
      reason: { type: 'longText', label: label('Reason', '原因') },
      until: { type: 'date', label: label('Until', '截至'), required: true },
      lifted: { type: 'date', label: label('Lifted', '解除日期') },
    },
  },
  retentionRule: {
    label: label('Retention rule', '保留规则'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      covers: {
        type: 'choice',
        label: label('Of', '适用于'),
        dataClass: 'none',
        required: true,
        options: [
          option('customer', 'Customers', '客户'),
          option('interaction', 'Interactions', '往来'),
          option('transaction', 'Transactions', '交易'),
          option('need', 'Needs', '需求'),
          option('feedback', 'Feedback', '反馈'),
          option('task', 'Completed tasks', '已完成任务'),
        ],
      },
      months: {
        type: 'number',
        label: label('Kept (months)', '保留（月）'),
        dataClass: 'none',
        required: true,
      },
      trigger: {
        type: 'choice',
        label: label('Customers count from', '客户起算点'),
        dataClass: 'none',
        required: true,
        options: [
          option('lastActivity', 'The last activity', '最后往来'),
          option('created', 'The day they were added', '添加之日'),
        ],
      },
      action: {
        type: 'choice',
        label: label('Then', '届时'),
        dataClass: 'none',
        required: true,
        options: [
          option('erase', 'Erase', '清除'),
          option('anonymise', 'Anonymise', '匿名化'),
          option('review', 'Let an admin decide', '由管理员决定'),
        ],
      },
      basis: { type: 'longText', label: label('Why so long', '期限依据'), dataClass: 'none' },
      off: { type: 'boolean', label: label('Off', '停用'), dataClass: 'none' },
    },
  },
  workspace: {
    label: label('Workspace', '工作区'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      name: { type: 'text', label: label('Name', '名称'), dataClass: 'none', required: true },
    },
  },
  member: {
    label: label('Member', '成员'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      name: { type: 'text', label: label('Name', '姓名'), required: true },
      device: { type: 'text', label: label('Device', '设备'), dataClass: 'none' },
    },
  },
  field: {
    label: label('Custom field', '自定义字段'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      kind: { type: 'text', label: label('Kind', '种类'), dataClass: 'none', required: true },
      name: { type: 'text', label: label('Name', '名称'), dataClass: 'none', required: true },
      type: { type: 'text', label: label('Type', '类型'), dataClass: 'none', required: true },
      label: { type: 'text', label: label('Label', '标签'), dataClass: 'none', required: true },
      dataClass: {
        type: 'choice',
        label: label('Data class', '数据类别'),
        dataClass: 'none',
        options: [
          option('none', 'Not personal', '非个人信息'),
          option('personal', 'Personal', '个人信息'),
          option('sensitive', 'Sensitive', '敏感个人信息'),
          option('health', 'Health', '健康信息'),
          option('financial', 'Financial', '财务信息'),
        ],
      },
    },
  },
  policy: {
    label: label('Policy', '策略'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      packs: { type: 'tags', label: label('Regulations', '法规'), dataClass: 'none' },
      publishers: { type: 'tags', label: label('Publishers', '发布者'), dataClass: 'none' },
      maskedForMember: {
        type: 'tags',
        label: label('Masked for members', '对成员隐藏'),
        dataClass: 'none',
      },
      maskedForViewer: {
        type: 'tags',
        label: label('Masked for viewers', '对查看者隐藏'),
        dataClass: 'none',
      },
      breakGlassMinutes: {
        type: 'number',
        label: label('Emergency access lasts', '紧急访问时长'),
        dataClass: 'none',
      },
      auditMonths: {
        type: 'number',
        label: label('Keep the audit log', '保留审计日志'),
        dataClass: 'none',
      },
      retentionDaily: {
        type: 'boolean',
        label: label('Carry out retention every day', '每日执行保留规则'),
        dataClass: 'none',
      },
      backupDays: {
        type: 'number',
        label: label('Keep backups (days)', '备份保留（天）'),
        dataClass: 'none',
      },
    },
  },
  pack: {
    label: label('Policy pack', '策略包'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      key: { type: 'text', label: label('Key', '标识'), dataClass: 'none', required: true },
      version: { type: 'text', label: label('Version', '版本'), dataClass: 'none', required: true },
      hash: {
        type: 'text',
        label: label('SHA-256', 'SHA-256 值'),
        dataClass: 'none',
        required: true,
      },
      publisher: { type: 'text', label: label('Publisher', '发布者'), dataClass: 'none' },
      adopted: { type: 'boolean', label: label('As it came', '随应用采用'), dataClass: 'none' },
      file: { type: 'longText', label: label('File', '文件'), dataClass: 'none' },
    },
  },
  attestation: {
    label: label('Attestation', '声明'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      control: {
        type: 'text',
        label: label('Control', '控制项'),
        dataClass: 'none',
        required: true,
      },
      holds: { type: 'boolean', label: label('Holds', '成立'), dataClass: 'none' },
      statement: { type: 'longText', label: label('Statement', '说明'), required: true },
      reviewBy: {
        type: 'date',
        label: label('Review by', '复核期限'),
        dataClass: 'none',
        required: true,
      },
    },
  },
  purpose: {
    label: label('Processing activity', '处理活动'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      name: { type: 'text', label: label('Name', '名称'), dataClass: 'none', required: true },
      why: { type: 'longText', label: label('What for', '用途'), dataClass: 'none' },
      version: { type: 'number', label: label('Version', '版本'), dataClass: 'none' },
      notice: {
        type: 'longText',
        label: label('Notice to people', '告知内容'),
        dataClass: 'none',
      },
      basis: {
        type: 'choice',
        label: label('Legal basis', '法律依据'),
        dataClass: 'none',
        options: [
          option('consent', 'Consent', '同意'),
          option('contract', 'Contract', '合同'),
          option('legalObligation', 'Legal obligation', '法定义务'),
          option('vitalInterests', 'Vital interests', '重大利益'),
          option('publicTask', 'Public task', '公共职责'),
          option('legitimateInterests', 'Legitimate interests', '合法利益'),
        ],
      },
      basisNote: {
        type: 'longText',
        label: label('Why this basis', '依据说明'),
        dataClass: 'none',
      },
      condition: {
        type: 'choice',
        label: label('Condition for special categories', '处理敏感信息的条件'),
        dataClass: 'none',
        options: [
          option('consent', 'Explicit consent', '单独同意'),
          option('employment', 'Employment and social security', '劳动与社会保障'),
          option('vitalInterests', 'Vital interests', '重大利益'),
          option('legalClaims', 'Legal claims', '法律主张'),
          option('publicInterest', 'Substantial public interest', '重大公共利益'),
          option('care', 'Health and social care', '医疗与社会照护'),
        ],
      },
      people: { type: 'tags', label: label('Whose data', '涉及人员'), dataClass: 'none' },
      data: { type: 'tags', label: label('Which data', '数据类别'), dataClass: 'none' },
      recipients: { type: 'tags', label: label('Recipients', '接收方'), dataClass: 'none' },
      transfers: {
        type: 'text',
        label: label('Transfers abroad', '跨境传输'),
        dataClass: 'none',
      },
      keptMonths: {
        type: 'number',
        label: label('Kept (months)', '保留（月）'),
        dataClass: 'none',
      },
      measures: { type: 'longText', label: label('Kept safe by', '安全措施'), dataClass: 'none' },
      needsAssessment: {
        type: 'boolean',
        label: label('Needs an impact assessment', '需要影响评估'),
        dataClass: 'none',
      },
      assessed: { type: 'date', label: label('Assessed on', '评估日期'), dataClass: 'none' },
      assessment: { type: 'longText', label: label('Assessment', '评估结论'), dataClass: 'none' },
      ended: { type: 'date', label: label('Ended', '终止日期'), dataClass: 'none' },
    },
  },
  request: {
    label: label('Request of a person', '个人请求'),
    belongsTo: 'workspace',
    author: 'member',
    fields: {
      type: {
        type: 'choice',
        label: label('Request', '请求'),
        dataClass: 'none',
        required: true,
        options: [
          option('access', 'Access', '查阅'),
          option('portability', 'Portability', '携带'),
          option('correction', 'Correction', '更正'),
          option('erasure', 'Erasure', '删除'),
          option('restriction', 'Restriction', '限制处理'),
          option('objection', 'Objection', '反对'),
        ],
      },
      person: { type: 'text', label: label('Person', '请求人'), required: true },
      received: {
        type: 'date',
        label: label('Received', '收到日期'),
        dataClass: 'none',
        required: true,
      },
      confirmed: { type: 'date', label: label('Receipt confirmed', '确认日期'), dataClass: 'none' },
      identity: {
        type: 'boolean',
        label: label('Identity proven', '已核实身份'),
        dataClass: 'none',
      },
      extended: { type: 'date', label: label('Extended on', '延期日期'), dataClass: 'none' },
      reason: { type: 'longText', label: label('Reason of the extension', '延期理由') },
      answered: { type: 'date', label: label('Answered', '答复日期'), dataClass: 'none' },
      answer: { type: 'longText', label: label('Answer', '答复内容') },
      recipientsTold: {
        type: 'boolean',
        label: label('Recipients told', '已告知接收方'),
        dataClass: 'none',
      },
    },
  },
  incident: {
    label: label('Incident', '安全事件'),
    belongsTo: 'workspace',
    author: 'member',
    fields: {
      title: { type: 'text', label: label('Title', '标题'), required: true },
      aware: {
        type: 'dateTime',
        label: label('Aware since', '获知时间'),
        dataClass: 'none',
        required: true,
      },
      rating: {
        type: 'choice',
        label: label('Risk to people', '对个人的风险'),
        dataClass: 'none',
        options: [
          option('none', 'None', '无'),
          option('some', 'Some', '有'),
          option('high', 'High', '高'),
        ],
      },
      facts: { type: 'longText', label: label('What happened', '事件经过') },
      effects: { type: 'longText', label: label('Effects', '影响') },
      actions: { type: 'longText', label: label('Actions taken', '已采取措施') },
      notified: {
        type: 'dateTime',
        label: label('Authority notified', '已通知主管机关'),
        dataClass: 'none',
      },
      told: { type: 'dateTime', label: label('People told', '已通知个人'), dataClass: 'none' },
      delayReason: { type: 'longText', label: label('Reason of a delay', '延迟理由') },
      device: { type: 'reference', label: label('Lost device', '遗失的设备'), dataClass: 'none' },
    },
  },
  processor: {
    label: label('Processor', '受托处理者'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      name: { type: 'text', label: label('Name', '名称'), dataClass: 'none', required: true },
      service: { type: 'text', label: label('Service', '服务'), dataClass: 'none' },
      address: { type: 'url', label: label('Address', '网址'), dataClass: 'none' },
      country: { type: 'text', label: label('Country', '国家'), dataClass: 'none' },
      basis: {
        type: 'choice',
        label: label('Basis of the transfer', '传输依据'),
        dataClass: 'none',
        options: [
          option('none', 'No transfer abroad', '不出境'),
          option('adequacy', 'Adequacy decision', '充分性认定'),
          option('clauses', 'Standard contract', '标准合同'),
          option('assessment', 'Security assessment', '安全评估'),
          option('consent', 'Explicit consent', '明示同意'),
        ],
      },
      contract: { type: 'date', label: label('Contract of', '合同日期'), dataClass: 'none' },
      note: { type: 'longText', label: label('Note', '备注'), dataClass: 'none' },
    },
  },
  disclosure: {
    label: label('Disclosure', '披露'),
    belongsTo: 'workspace',
    author: 'member',
    fields: {
      date: { type: 'date', label: label('Date', '日期'), dataClass: 'none', required: true },
      recipient: { type: 'text', label: label('Recipient', '接收方'), required: true },
      person: { type: 'text', label: label('Person', '相关人员') },
      what: { type: 'longText', label: label('What was disclosed', '披露内容') },
      purpose: { type: 'text', label: label('Purpose', '目的'), dataClass: 'none' },
    },
  },
  disposal: {
    label: label('Disposal of a device', '设备处置'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      device: { type: 'text', label: label('Device', '设备'), dataClass: 'none', required: true },
      date: { type: 'date', label: label('Date', '日期'), dataClass: 'none', required: true },
      method: {
        type: 'choice',
        label: label('Method', '方式'),
        dataClass: 'none',
        required: true,
        options: [
          option('wiped', 'Wiped', '已清除'),
          option('destroyed', 'Destroyed', '已销毁'),
          option('lost', 'Lost, keys changed', '遗失，已更换密钥'),
        ],
      },
      note: { type: 'longText', label: label('Note', '备注'), dataClass: 'none' },
    },
  },
  policyTask: {
    label: label('Policy task', '策略待办'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      pack: { type: 'text', label: label('Policy pack', '策略包'), dataClass: 'none' },
      control: {
        type: 'text',
        label: label('Control', '控制项'),
        dataClass: 'none',
        required: true,
      },
      change: { type: 'text', label: label('Change', '变化'), dataClass: 'none', required: true },
      effective: { type: 'date', label: label('Effective', '生效日期'), dataClass: 'none' },
      done: { type: 'dateTime', label: label('Done', '完成'), dataClass: 'none' },
    },
  },
  run: {
    label: label('Run of the checks', '检查运行'),
    belongsTo: 'itself',
    author: 'member',
    fields: {
      outcomes: { type: 'longText', label: label('Outcomes', '结果'), dataClass: 'none' },
    },
  },
  glass: {
    label: label('Emergency access', '紧急访问'),
    belongsTo: 'workspace',
    author: 'viewer',
    fields: {
      reason: { type: 'longText', label: label('Reason', '原因'), required: true },
      until: { type: 'dateTime', label: label('Until', '截至'), dataClass: 'none', required: true },
      reviewed: { type: 'dateTime', label: label('Reviewed', '已复核'), dataClass: 'none' },
    },
  },
  cardFinding: {
    label: label('Card number found', '发现卡号'),
    belongsTo: 'workspace',
    author: 'member',
    fields: {
      record: { type: 'reference', label: label('Record', '记录'), dataClass: 'none' },
      customer: { type: 'reference', label: label('Customer', '客户'), dataClass: 'none' },
      field: { type: 'text', label: label('Field', '字段'), dataClass: 'none' },
      source: {
        type: 'choice',
        label: label('Source', '来源'),
        dataClass: 'none',
        options: [
          option('sync', 'Sync', '同步'),
          option('scan', 'Scan', '扫描'),
          option('restore', 'Restore', '恢复'),
        ],
      },
      closed: { type: 'dateTime', label: label('Closed', '已关闭'), dataClass: 'none' },
    },
  },
  audit: {
    label: label('Audit log', '审计日志'),
    belongsTo: 'itself',
    author: 'viewer',
    fields: {
      events: { type: 'tags', label: label('Events', '事件'), dataClass: 'none' },
    },
  },
  erasure: {
    label: label('Erasure', '清除'),
    belongsTo: 'workspace',
    author: 'admin',
    fields: {
      reason: {
        type: 'choice',
        label: label('Reason', '原因'),
        dataClass: 'none',
        options: [
          option('request', 'Asked for by the person', '本人要求'),
          option('retention', 'Past its time', '超过保留期限'),
          option('other', 'Other', '其他'),
        ],
      },
      request: { type: 'reference', label: label('Request', '请求'), dataClass: 'none' },
      records: { type: 'number', label: label('Records', '记录数'), dataClass: 'none' },
      marks: { type: 'tags', label: label('Suppression marks', '抑制标记'), dataClass: 'none' },
      complete: { type: 'dateTime', label: label('Complete', '完成时间'), dataClass: 'none' },
      overruled: {
        type: 'longText',
        label: label('Added again because', '重新添加的理由'),
        dataClass: 'none',
      },
    },
  },
} as const satisfies Record<string, KindEntry>;

export type Kind = keyof typeof kinds;

export const KINDS = Object.keys(kinds) as readonly Kind[];

export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(kinds, value);
}

export function kindLabel(kind: Kind): Label {
  return kinds[kind].label;
}

/** Where a record of the kind stands: for itself, with its customer, or with the workspace's own. */
export function belongsTo(kind: Kind): KindEntry['belongsTo'] {
  return kinds[kind].belongsTo;
}

/** The lowest role that may author changes of the kind (roles.ts says what else it takes). */
export function authorOf(kind: Kind): KindEntry['author'] {
  return kinds[kind].author;
}

/** The kinds that lie in a customer's dossier beside the customer. */
export const BELONGINGS: readonly Kind[] = KINDS.filter(
  (kind) => kinds[kind].belongsTo === 'customer',
);

const builtIn = Object.fromEntries(
  KINDS.map((kind) => [
    kind,
    Object.entries<FieldEntry>(kinds[kind].fields).map(([name, entry]) =>
      definition(kind, name, entry),
    ),
  ]),
) as unknown as Readonly<Record<Kind, readonly FieldDefinition[]>>;

function definition(kind: Kind, name: FieldName, entry: FieldEntry): FieldDefinition {
  const { aliases = [], dataClass = 'personal', summary = false, search = false, ...rest } = entry;
  return { kind, name, aliases, dataClass, summary, search, ...rest };
}

/** In the order of forms; custom fields come last. */
export function fieldsOf(
  kind: Kind,
  custom: readonly FieldDefinition[] = [],
): readonly FieldDefinition[] {
  const own = custom.filter((field) => field.kind === kind);
  return own.length === 0 ? builtIn[kind] : [...builtIn[kind], ...own];
}

/** Field types that a workspace may give its own fields. */
export const CUSTOM_TYPES = [
  'text',
  'longText',
  'date',
  'number',
  'money',
  'url',
  'boolean',
  'tags',
] as const satisfies readonly FieldType[];

/** What a living record of kind `field` describes; `null` where it describes nothing that can be. */
export function customField(values: Readonly<Record<FieldName, Json>>): FieldDefinition | null {
  const { kind, name, label: text } = values;
  const type = CUSTOM_TYPES.find((each) => each === values['type']);
  if (!isKind(kind) || kinds[kind].belongsTo === 'workspace' || type === undefined) return null;
  if (typeof name !== 'string' || !isFieldName(name) || typeof text !== 'string' || text === '')
    return null;
  if (builtIn[kind].some((field) => field.name === name)) return null;
  return {
    kind,
    name,
    type,
    label: label(text, text),
    aliases: [],
    dataClass: DATA_CLASSES.find((each) => each === values['dataClass']) ?? 'personal',
    summary: false,
    search: false,
    custom: true,
    ...(DATA_CLASSES.some((each) => each === values['dataClass']) ? {} : { unclassified: true }),
  };
}

// ---- Headers of lists from elsewhere --------------------------------------------------------------------------------

/** `companyName`, `company_name` and `Company Name` are one header. */
export function foldHeader(header: string): string {
  return foldText(header).replace(/[^\p{L}\p{N}]/gu, '');
}

export interface Part {
  readonly name: string;
  readonly label: Label;
  readonly aliases: readonly string[];
}

/** The parts of an address, in the order in which they are written. A column goes to `address.NAME`. */
export const ADDRESS_PARTS = [
  {
    name: 'street',
    label: label('Street', '街道'),
    // prettier-ignore
    aliases: ['address', 'address 1', 'address line 1', 'street address', 'street 1', 'mailing street', 'billing street', 'home street', 'business street', 'address 1 street', 'Straße', 'Strasse', 'Straße und Hausnummer', 'rue', 'voie', 'calle', 'domicilio', '地址', '街道地址'],
  },
  {
    name: 'city',
    label: label('City', '城市'),
    // prettier-ignore
    aliases: ['town', 'suburb', 'locality', 'mailing city', 'billing city', 'home city', 'business city', 'address city', 'address 1 city', 'Stadt', 'Ort', 'Wohnort', 'ville', 'commune', 'localité', 'ciudad', 'localidad', 'población', '市', '所在城市'],
  },
  {
    name: 'region',
    label: label('Region', '省份'),
    // prettier-ignore
    aliases: ['state', 'province', 'county', 'state/province', 'state or province', 'mailing state', 'billing state', 'home state', 'business state', 'address region', 'address state', 'address 1 region', 'Bundesland', 'Kanton', 'région', 'département', 'provincia', 'región', 'comunidad', '省', '州', '地区', '省市'],
  },
  {
    name: 'postalCode',
    label: label('Postal code', '邮政编码'),
    // prettier-ignore
    aliases: ['postcode', 'post code', 'zip', 'zip code', 'zip/postal code', 'postal', 'mailing zip', 'mailing postal code', 'billing zip', 'billing postal code', 'home postal code', 'business postal code', 'address postal code', 'address 1 postal code', 'PLZ', 'Postleitzahl', 'code postal', 'CP', 'código postal', '邮编'],
  },
  {
    name: 'country',
    label: label('Country', '国家'),
    // prettier-ignore
    aliases: ['country/region', 'country or region', 'nation', 'mailing country', 'billing country', 'home country', 'business country', 'home country/region', 'business country/region', 'address country', 'address 1 country', 'Land', 'Staat', 'pays', 'país', '国家/地区'],
  },
] as const satisfies readonly Part[];

/** Columns that together make a name. A column goes to `name.NAME`. */
export const NAME_PARTS = [
  {
    name: 'given',
    label: label('First name', '名'),
    // prettier-ignore
    aliases: ['given name', 'forename', 'first', 'Vorname', 'prénom', 'nombre de pila', '名字'],
  },
  {
    name: 'family',
    label: label('Last name', '姓'),
    // prettier-ignore
    aliases: ['surname', 'family name', 'last', 'second name', 'Nachname', 'Familienname', 'Zuname', 'nom de famille', 'apellido', 'apellidos', '姓氏'],
  },
] as const satisfies readonly Part[];

/** Labels that are offered for an e-mail address, a phone or an address; any other text will do. */
export const ELEMENT_LABELS: readonly Option[] = [
  option('work', 'Work', '工作'),
  option('home', 'Home', '家庭'),
  option('mobile', 'Mobile', '手机'),
  option('fax', 'Fax', '传真'),
  option('other', 'Other', '其他'),
];

const LABEL_WORDS: readonly (readonly [string, RegExp])[] = [
  ['fax', /fax|telecopie|传真/],
  ['mobile', /mobil|cell|handy|portable|movil|celular|whatsapp|手机|移动/],
  ['home', /home|privat|domicile|家庭|住宅|私人/],
  ['work', /work|business|office|company|geschaft|dienst|trabajo|bureau|办公|工作|座机/],
  ['other', /other|其他/],
];

/** The label that a column's header gives its elements: `fax` for "Fax number"; '' where it says nothing. */
export function elementLabelOf(header: string): string {
  const folded = foldHeader(header);
  return LABEL_WORDS.find(([, words]) => words.test(folded))?.[0] ?? '';
}

/** `npm run terminology`: loads code tables into the database, while servers run on it or not. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { findEmbedded, startEmbeddedPostgres } from '../db/embedded.ts';
import { migrate } from '../db/migrate.ts';
import { type Connection, createDatabase, type PooledDatabase } from '../db/pool.ts';
import { loadAndPublish, publishBeside } from '../interactions/tables.ts';
import { migrateJobs } from '../jobs/run.ts';
import type { Language } from '../kernel/issue.ts';
import { TableFault } from '../terminology/tables/fault.ts';
import { LAYOUTS, licensedTable } from '../terminology/tables/licensed.ts';
import { isFolder, readTable, type Table, tableFolders } from '../terminology/tables/table.ts';

const TABLES = join(import.meta.dirname, '..', '..', 'terminology');

const USAGE = {
  en: `npm run terminology -- [--lang en|zh] [<folder or name>…]
npm run terminology -- loinc <Loinc.csv> --version 2.77
npm run terminology -- icd10 <file.csv or .tsv> --version 2.0 [--encoding gb18030]

Loads code tables into the database of DATABASE_URL, else of DATA_DIR (default .data): all tables of
terminology/, those of a folder, or one by its name. terminology/README.md describes their format.
A table is checked whole and put in place at once; one that is there already is left alone.
`,
  zh: `npm run terminology -- [--lang en|zh] [<文件夹或名称>…]
npm run terminology -- loinc <Loinc.csv> --version 2.77
npm run terminology -- icd10 <文件.csv 或 .tsv> --version 2.0 [--encoding gb18030]

将代码表载入 DATABASE_URL 的数据库;未设置时为 DATA_DIR(默认 .data)的数据库。可载入 terminology/ 下全部表、
某个文件夹的表,或按名称载入一个表。格式见 terminology/README.md。整表校验后一次生效;已有且未变的表不动。
`,
};

interface Asked {
  readonly tables: readonly Table[];
  /** Folders that may have value sets and maps. */
  readonly folders: readonly string[];
}

async function askedFor(
  names: readonly string[],
  version: string | undefined,
  encoding?: string,
): Promise<Asked> {
  const [kind, file, ...more] = names;
  if (kind !== undefined && Object.hasOwn(LAYOUTS, kind)) {
    if (file === undefined || version === undefined || more.length > 0) throw new Error(USAGE.en);
    const table = licensedTable(kind as keyof typeof LAYOUTS, { file: resolve(file), version, encoding });
    return { tables: [table], folders: [] };
  }
  const folders: string[] = [];
  for (const name of names.length > 0 ? names : [TABLES]) {
    const folder = (await isFolder(name)) ? resolve(name) : join(TABLES, name);
    if (!(await isFolder(folder))) throw new Error(`'${name}' is neither a folder nor a table in ${TABLES}.`);
    folders.push(folder);
  }
  const places = (await Promise.all(folders.map((folder) => tableFolders(folder)))).flat();
  return { tables: await Promise.all(places.map(readTable)), folders };
}

/** The database of the configuration: one that runs, or the embedded one, which then is started for the while. */
async function open(): Promise<{ connection: Connection; close(): Promise<void> }> {
  const config = readConfig();
  const running = config.databaseUrl ?? (await findEmbedded(config.dataDir));
  if (running) return { connection: running, close: async () => {} };
  const quiet = { debug() {}, info() {}, warn() {}, error: (...facts: unknown[]) => console.error(...facts) };
  const embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log: quiet });
  return { connection: embedded.connection, close: () => embedded.stop() };
}

async function loadAll(database: PooledDatabase, { tables, folders }: Asked, lang: Language): Promise<void> {
  for (const table of tables) {
    const name = `${table.header.url}|${table.header.version ?? ''}`;
    const begin = performance.now();
    const report = await loadAndPublish(database, table, {
      progress: (done, all) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${name}  ${done}/${all} `);
      },
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    if (process.stderr.isTTY) process.stderr.write('\r');
    const said = report.unchanged
      ? { en: 'unchanged', zh: '未变' }
      : { en: `loaded in ${seconds} s`, zh: `已载入,用时 ${seconds} 秒` };
    const concepts = lang === 'zh' ? `${report.concepts} 个概念` : `${report.concepts} concepts`;
    process.stdout.write(`${name}  ${concepts}  ${said[lang]}\n`);
  }
  for (const folder of folders) await publishBeside(database, folder);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lang: { type: 'string', default: 'en' },
      version: { type: 'string' },
      encoding: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const lang: Language = values.lang === 'zh' ? 'zh' : 'en';
  if (values.help) {
    process.stdout.write(USAGE[lang]);
    return 0;
  }
  try {
    const asked = await askedFor(positionals, values.version, values.encoding);
    const { connection, close } = await open();
    try {
      await migrate(connection);
      const database = createDatabase(connection, { max: 2, statementTimeoutMs: 600_000 });
      try {
        await migrateJobs(connection, database);
        await loadAll(database, asked, lang);
      } finally {
        await database.close();
      }
    } finally {
      await close();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof TableFault ? error.in(lang) : (error as Error).message}\n`);
    return 1;
  }
}

process.exitCode = await main();

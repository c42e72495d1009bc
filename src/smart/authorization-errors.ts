/** The errors of OAuth in the words of whoever sits before the browser. */
import type { Text } from '../kernel/issue.ts';

const TEXTS: Readonly<Record<string, Text>> = {
  invalid_client: {
    zh: '该应用未登记,或已停用。请联系应用的提供方。',
    en: 'This application is not registered here, or was shut out. Ask who provides it.',
  },
  invalid_redirect_uri: {
    zh: '应用给出的返回地址没有登记。请联系应用的提供方。',
    en: 'The application wants the answer at an address that is not registered. Ask who provides it.',
  },
  session_not_found: {
    zh: '登录过程已过期,或已在别处完成。请回到应用重新开始。',
    en: 'This sign-in is over, or was finished elsewhere. Go back to the application and begin again.',
  },
  temporarily_unavailable: {
    zh: '服务暂时不可用,请稍后重试。',
    en: 'The service is away for a moment. Try again shortly.',
  },
  server_error: {
    zh: '服务器出错,已记录。请稍后重试。',
    en: 'Something went wrong here, and was noted. Try again later.',
  },
};

/** What went wrong and what would be right. `description` is the library's, in English. */
export function authorizationErrorText(error: string, description = ''): Text {
  return (
    TEXTS[error] ?? {
      zh: `应用的请求有误(${description || error})。请联系应用的提供方。`,
      en: `The application asked in a wrong way (${description || error}). Ask who provides it.`,
    }
  );
}

/**
 * What an institution is decides what its people may: nobody makes their own institution another kind of one. Its
 * departments, teams and clinics are its own to register. Pure.
 */
import type { WriteFacts } from '../kernel/contribution.ts';
import { type Issue, problem } from '../kernel/issue.ts';
import type { AccessPolicy } from './policy.ts';
import { institutionTypes } from './standing.ts';

export function institutionRule({ partsOf }: Pick<AccessPolicy, 'partsOf'>) {
  return ({ type, before, after, ctx }: WriteFacts): readonly Issue[] => {
    if (type !== 'Organization' || !after || !ctx.access.reach) return [];
    const had = before ? institutionTypes(before) : [];
    const given = institutionTypes(after).filter((code) => !had.includes(code) && !partsOf.includes(code));
    return given.map((code) =>
      problem(
        'business-rule',
        {
          en: `The type '${code}' decides what the people of an institution may: it is given by county-wide clients. An institution registers its parts itself (${partsOf.join(', ')}).`,
          zh: `机构类型“${code}”决定其人员的权限,须由全县级客户端设定。机构可自行登记其下属部门(${partsOf.join('、')})。`,
        },
        { expression: 'Organization.type', rule: 'institution-type-given' },
      ),
    );
  };
}

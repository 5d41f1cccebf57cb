import type { Permission } from '../../tokens/permissions.js';
import type { TokenInfo } from '../../tokens/token-info.js';
import { type Path, readPath } from '../permissions/path.js';
import { isMethod, isSafe, methods } from '../permissions/policy.js';
import { requiredByAll } from '../permissions/required.js';
import { type Answer, challenge, type Decision, refuse, withHeaders } from './answers.js';
import { anonymous, authenticate } from './authenticate.js';
import { credentialsIn } from './credentials.js';
import { hostRefusal } from './hosts.js';
import type { GuardContext } from './options.js';
import { isPreflight, judgeOrigin, preflightAnswer } from './origins.js';
import { type IncomingRequest, methodsOf, targetsOf } from './request.js';

/** Judges a request by its host, its origin, its method, its path, its token, and the token's permissions, in this order. */
export function authorize(context: GuardContext, request: IncomingRequest): Decision {
  const paths = targetsOf(request).map(readPath);
  const authorities = paths.flatMap((path) => path?.authority ?? []);
  const strange = hostRefusal(request.headers('host'), authorities, context.hosts);
  if (strange) return strange;
  const origin = judgeOrigin(request, context.origins);
  if (!origin.ok) return origin;
  const { cors } = origin;
  if (isPreflight(request)) return preflightAnswer(cors ?? {});
  const decision = decide(context, request, paths);
  return cors ? withHeaders(decision, cors) : decision;
}

/**
 * The same for tokens on an engine, which may have to be asked: what can be said at once is said at once. A request is judged as a whole
 * once they are known, so nothing happens between the decision and its use.
 */
export function decideLater(context: GuardContext, request: IncomingRequest): Decision | Promise<Decision> {
  const { authenticator } = context;
  if (authenticator.kind === 'disabled' || !authenticator.verifier.prepare)
    return authorize(context, request);
  const first = authorize({ ...context, onFailure: () => {} }, request);
  if (first.ok || first.error !== 'temporarily_unavailable') return first;
  const paths = targetsOf(request).flatMap((target) => readPath(target) ?? []);
  const credentials = credentialsIn(request, paths);
  const token = credentials.kind === 'bearer' ? credentials.token : undefined;
  const asked = authenticator.verifier.prepare(token);
  if (!asked) return authorize(context, request);
  return asked.then(
    () => authorize(context, request),
    (error: unknown) => {
      context.onFailure(error);
      return first;
    },
  );
}

/** Judges by every method and every path that a router may find in the request: all of them must be granted. */
function decide(
  context: GuardContext,
  request: IncomingRequest,
  paths: readonly (Path | undefined)[],
): Decision {
  const { authenticator, policy } = context;
  const { upgrade } = request;
  const used = methodsOf(request);
  if (!used.every(isMethod)) {
    return refuse('method_not_allowed', 'this method is not allowed', { Allow: methods.join(', ') });
  }
  const isReadable = (path: Path | undefined): path is Path =>
    path !== undefined && (path.isCanonical || !context.isStrict);
  if (!paths.every(isReadable)) {
    return refuse('invalid_request', 'the path is not in its normal form, so it could be misread');
  }
  // Only in normal form: of another one, `/health#/../pty`, a router may make anything.
  const isAt = (places: readonly string[]) =>
    !upgrade && paths.every(({ isCanonical, raw }) => isCanonical && places.includes(raw));
  if (used.every(isSafe) && isAt(context.publicPaths)) return { ok: true, token: undefined, headers: {} };
  if (authenticator.kind === 'disabled') return { ok: true, token: anonymous, headers: {} };

  const found = authenticate(context, authenticator.verifier, request, paths);
  if (!found.ok) return found;
  // A ticket gives nothing that its token does not, so to ask for one needs none of the permissions.
  if (used.every((method) => method === 'POST') && isAt([context.ticketPath])) return found;
  return demand(context, found.token, requiredByAll(policy, used, paths, upgrade)) ?? found;
}

/** @returns undefined where the token has all these permissions */
export function demand(
  { realm }: GuardContext,
  token: TokenInfo | undefined,
  needed: readonly Permission[],
): Answer | undefined {
  if (needed.every((permission) => token?.permissions.includes(permission))) return undefined;
  const description = `the token lacks a permission of: ${needed.join(', ')}`;
  return challenge(realm, 'insufficient_scope', description, needed);
}

import { type APIGatewayProxyResult, handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { type Handler, onLambda } from '../adapter/on-lambda.ts';
import type { Services } from '../adapter/services.ts';
import { createApi } from './api/app.ts';

export { createApi };

/** The HTTP API, behind an HTTP API of API Gateway (payload format 2.0). */
export const createApiHandler = (services: Services): Handler<LambdaEvent, APIGatewayProxyResult> => {
  const answer = handle(createApi(services));
  return (event, invocation) => answer(withoutIdleBody(event), invocation as LambdaContext | undefined);
};

/** A GET may come with a body, which means nothing (RFC 9110, section 9.3.1) and which a Request refuses to hold. */
function withoutIdleBody(event: LambdaEvent): LambdaEvent {
  const { http } = event.requestContext as { http?: { method?: string } };
  return http?.method === 'GET' || http?.method === 'HEAD' ? ({ ...event, body: null } as LambdaEvent) : event;
}

export const handler = onLambda(createApiHandler);

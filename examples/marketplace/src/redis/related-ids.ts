import type { Sql } from '../database/sql.js';

/** Finds which rows belong to another, for the cascades of the cache. */
export class RelatedIds {
  constructor(private readonly sql: Pick<Sql, 'rows'>) {}

  userOfCreator(id: string): Promise<number[]> {
    return this.ids('select user_id as id from creators where id = $1', id);
  }

  assetsOfCreator(id: string): Promise<number[]> {
    return this.ids(
      'select a.id from assets a join projects p on p.id = a.project_id where p.creator_id = $1',
      id,
    );
  }

  projectOfAsset(id: string): Promise<number[]> {
    return this.ids('select project_id as id from assets where id = $1', id);
  }

  creatorOfAsset(id: string): Promise<number[]> {
    return this.ids(
      'select p.creator_id as id from assets a join projects p on p.id = a.project_id where a.id = $1',
      id,
    );
  }

  brandOfLicense(id: string): Promise<number[]> {
    return this.ids('select brand_id as id from licenses where id = $1', id);
  }

  assetOfLicense(id: string): Promise<number[]> {
    return this.ids('select asset_id as id from licenses where id = $1', id);
  }

  shopOfProduct(id: string): Promise<number[]> {
    return this.ids('select shop_id as id from products where id = $1', id);
  }

  membersOfConversation(id: string): Promise<number[]> {
    return this.ids('select user_id as id from conversation_members where conversation_id = $1', id);
  }

  private async ids(query: string, id: string): Promise<number[]> {
    return (await this.sql.rows<{ id: number }>(query, [Number(id)])).map((row) => row.id);
  }
}
